/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/until.h"

#include <rpm/rpmds.h>

#include "base/inventory.h"

char *kp_until_tag(Header header)
{
	rpmds provides = rpmdsNew(header, RPMTAG_PROVIDENAME, 0);
	char *until = NULL;

	provides = rpmdsInit(provides);
	while (until == NULL && rpmdsNext(provides) >= 0) {
		const char *evr = rpmdsEVR(provides);

		if (g_str_equal(rpmdsN(provides), KP_UNTIL_PROVIDE) && evr != NULL && *evr != '\0')
			until = g_strdup(evr);
	}
	rpmdsFree(provides);
	return until;
}
