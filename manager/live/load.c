/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/load.h"

#include <errno.h>

#include "live/kmsg.h"
#include "live/module.h"

KpTry kp_load_try(const KpPatch *patch, const char *params, GError **error)
{
	int log = kp_kmsg_open(KP_KMSG_FILE);
	int code = kp_module_load(patch->fd, params);
	GError *problem = NULL;

	if (code != 0 && code != EBUSY)
		kp_module_set_error(&problem, patch->path, code);
	kp_kmsg_explain(log, patch->name, problem);
	if (problem == NULL)
		return code == 0 ? KP_TRY_DONE : KP_TRY_AGAIN;
	g_propagate_error(error, problem);
	return KP_TRY_FAILED;
}
