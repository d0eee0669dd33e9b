/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about the machine and its running kernel. */
#ifndef KP_HOST_H
#define KP_HOST_H

#include <glib.h>

typedef struct {
	char *root;		/* the prefix these facts were read under, or NULL */
	char *kver;		/* uname -r; NULL when no kernel runs there */
	char *boot_id;		/* "" when unknown */
	gboolean is_machine;	/* FALSE below --root and in a chroot */
	gboolean has_livepatch;	/* the kernel has its own livepatch */
	gboolean has_core;	/* kpatch.ko is loaded */
	gboolean ftrace_off;	/* sysctl kernel.ftrace_enabled is 0 */
	gboolean secure_boot;
	gboolean sig_enforce;	/* only signed modules are loaded */
	char *lockdown;		/* "integrity" or "confidentiality"; NULL: none */
	gboolean disabled;	/* kpatch.enable=0 on the kernel command line */
} KpHost;

/* Reads the facts below @root. Caller frees with kp_host_free(). */
KpHost *kp_host_read(const char *root);
void kp_host_free(KpHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpHost, kp_host_free)

/* TRUE when the kernel loads signed modules only. */
gboolean kp_host_insists(const KpHost *host);

/* What decides about modules: "Secure Boot, lockdown: integrity,
 * module.sig_enforce", or "" when nothing does. Caller frees. */
char *kp_host_rules(const KpHost *host);

/* TRUE when @cmdline, as /proc/cmdline has it, has a word of @key, such as "a=",
 * and the last one has this @value. */
gboolean kp_cmdline_says(const char *cmdline, const char *key, const char *value);

/* TRUE when @cmdline says kpatch.enable=0. */
gboolean kp_cmdline_disables(const char *cmdline);

/* The word in brackets of /sys/kernel/security/lockdown, but NULL for "none".
 * Caller frees. */
char *kp_lockdown_word(const char *text);

#endif
