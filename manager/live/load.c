/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/load.h"

#include <errno.h>
#include <unistd.h>

#include "live/kmsg.h"
#include "live/module.h"

/* Of these the log knows more than the number says. */
static gboolean is_logged(int code)
{
	return code != EACCES && code != EPERM && code != ENOMEM && code != ETXTBSY;
}

KpTry kp_load_try(const KpPatch *patch, const char *params, GError **error)
{
	int log = kp_kmsg_open(KP_KMSG_FILE);
	int code = kp_module_load(patch->fd, params);
	g_autofree char *said = NULL;
	GError *problem = NULL;

	if (code == 0 || code == EBUSY || !is_logged(code)) {
		if (log >= 0)
			close(log);
	} else {
		said = kp_kmsg_since(log, patch->name);
	}
	if (code == 0 || code == EBUSY)
		return code == 0 ? KP_TRY_DONE : KP_TRY_AGAIN;
	kp_module_set_error(&problem, patch->path, code);
	if (said != NULL) {
		char *text = g_strdup_printf("%s. The kernel's log: %s", problem->message, said);

		g_free(problem->message);
		problem->message = text;
	}
	g_propagate_error(error, problem);
	return KP_TRY_FAILED;
}
