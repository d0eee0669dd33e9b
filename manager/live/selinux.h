/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What SELinux would say if a module were loaded, asked before it is. */
#ifndef KP_SELINUX_H
#define KP_SELINUX_H

#include "live/host.h"

typedef enum {
	KP_ANSWER_UNKNOWN,	/* nobody can tell */
	KP_ANSWER_ALLOWED,
	KP_ANSWER_DENIED,
} KpAnswer;

/* Whether the domain @source has @permission of class @kind on what has the
 * label @target. */
typedef KpAnswer (*KpSelinuxAsk)(const char *source, const char *target, const char *kind,
				 const char *permission);

/* Who is to load a module, and from what. Labels; all but @domain may be NULL. */
typedef struct {
	const char *domain;	/* of the process */
	const char *memory;	/* what its memory has by itself */
	const char *wanted;	/* what it is to have, label.h */
	gboolean insmod_off;	/* the boolean secure_mode_insmod is on */
} KpSelinuxCase;

/* Why a module cannot be loaded, or NULL when nothing is known to be in the way:
 * what cannot be told is no reason. Caller frees. */
char *kp_selinux_judge(const KpSelinuxCase *about, KpSelinuxAsk ask);

/* TRUE when SELinux enforces its policy below @root. */
gboolean kp_selinux_enforcing(const char *root);

/* TRUE when the boolean @name is on below @root. */
gboolean kp_selinux_boolean(const char *root, const char *name);

/* The answer in @text, which /sys/fs/selinux/access gives, about the permission
 * with this @number, from 1 on. A domain that is permissive is denied nothing. */
KpAnswer kp_selinux_answer(const char *text, guint number);

/* The same, asked of the kernel that runs. */
KpAnswer kp_selinux_ask(const char *source, const char *target, const char *kind,
			const char *permission);

/* The label of this process, its domain; NULL without SELinux. Caller frees. */
char *kp_selinux_domain(void);

/* Why SELinux would not let this process load a module into @host's kernel, or NULL.
 * Caller frees. */
char *kp_selinux_denial(const KpHost *host);

/* The same for those who load without being asked: kpatch.service, and the trigger
 * that runs when packages are installed. char *, a sentence each; empty when nothing
 * is in the way, or when nobody may ask: root may. Caller unrefs. */
GPtrArray *kp_selinux_denials(const KpHost *host);

#endif
