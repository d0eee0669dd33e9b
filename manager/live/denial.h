/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module that the kernel did not load because somebody forbids it: who that was. */
#ifndef KP_DENIAL_H
#define KP_DENIAL_H

#include <glib.h>

typedef struct {
	int code;		/* EACCES or EPERM */
	gboolean locked;	/* by lockdown, or kernel.modules_disabled is on */
	gboolean capable;	/* we have CAP_SYS_MODULE, as far as capabilities go */
	char *domain;		/* of SELinux; NULL: it is not there */
	char *reason;		/* what its policy lacks; NULL: nothing is known to */
	char *modules;		/* the security modules, "lockdown,capability,ima"; NULL:
				 * nobody tells */
} KpDenial;

/* The facts about this process and the machine, after an errno @code. */
KpDenial *kp_denial_read(int code);
void kp_denial_free(KpDenial *denial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpDenial, kp_denial_free)

/* Which security module it was, to whom it was denied and where to look; NULL when
 * it was none: EPERM has other reasons too. Caller frees. */
char *kp_denial_text(const KpDenial *denial);

/* TRUE when /proc/PID/status, @text, has CAP_SYS_MODULE among the effective rights. */
gboolean kp_denial_capable(const char *text);

#endif
