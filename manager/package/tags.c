/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/tags.h"

#include <rpm/rpmds.h>
#include <rpm/rpmtd.h>

char *kp_tag_text(Header header, rpmTagVal tag)
{
	char *text = headerGetAsString(header, tag);
	char *copy = g_strdup(text != NULL ? text : "");

	free(text);
	return copy;
}

/* librpm has the epoch in it whenever the package says one, also if that is 0. */
char *kp_tag_evr(Header header)
{
	g_autofree char *evr = kp_tag_text(header, RPMTAG_EVR);

	return g_strdup(g_str_has_prefix(evr, "0:") ? evr + 2 : evr);
}

gboolean kp_tag_has_tie(Header header, rpmTagVal tag)
{
	struct rpmtd_s names;
	gboolean found = FALSE;
	const char *name;

	if (!headerGet(header, tag, &names, HEADERGET_MINMEM))
		return FALSE;
	while (!found && (name = rpmtdNextString(&names)) != NULL)
		found = g_str_equal(name, KP_TIE);
	rpmtdFreeData(&names);
	return found;
}

char *kp_tag_required_kernel(Header header)
{
	rpmds requires = rpmdsNew(header, RPMTAG_REQUIRENAME, 0);
	char *found = NULL;

	while (found == NULL && rpmdsNext(requires) >= 0) {
		const char *version = rpmdsEVR(requires);

		if (g_str_equal(rpmdsN(requires), KP_TIE) && version != NULL && *version != '\0')
			found = g_strdup(version);
	}
	rpmdsFree(requires);
	return found;
}
