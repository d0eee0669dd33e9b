/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch.service, which makes the patch live again at boot: will systemd start it? */
#ifndef KP_SERVICE_H
#define KP_SERVICE_H

#include <glib.h>

#define KP_SERVICE "kpatch.service"

typedef enum {
	KP_SERVICE_UNKNOWN,	/* there is no systemd */
	KP_SERVICE_ENABLED,
	KP_SERVICE_DISABLED,
	KP_SERVICE_MASKED,
	KP_SERVICE_MISSING,	/* there is no such unit */
} KpServiceState;

/* What holds for the next boot, read from the links of systemd(1) below @root: that needs
 * no systemd which runs, and costs nothing. */
KpServiceState kp_service_state(const char *root);

/* One word for programs, NULL when it is not known. */
const char *kp_service_word(KpServiceState state);

/* What is wrong, and the way out; NULL when nothing is, or nobody knows. Caller frees. */
char *kp_service_problem(KpServiceState state);

#endif
