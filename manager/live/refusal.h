/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the core module's last switch was not safe: /sys/module/kpatch/refusal. */
#ifndef KP_REFUSAL_H
#define KP_REFUSAL_H

#include <glib.h>

#define KP_REFUSAL_FILE "/sys/module/kpatch/refusal"

typedef struct {
	char *patch;
	char *object;
	char *function;
	char *error;		/* in place of a function: see kpatch(7) */
	char *hook;		/* "pre_patch": the patch's own has something against it */
	char *task;
	char *pid;
	GPtrArray *frames;	/* char *, innermost first */
} KpRefusal;

/* Parses the file's text. Fields that it does not have are NULL; unknown lines
 * are passed over, and unprintable characters become '?'. Caller frees. */
KpRefusal *kp_refusal_parse(const char *text);
void kp_refusal_free(KpRefusal *refusal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpRefusal, kp_refusal_free)

/* Reads it below @root; a file that is not there has no fields. */
KpRefusal *kp_refusal_read(const char *root);

/* "function do_x is in use by task y (pid 7)", as much of it as is known.
 * Caller frees. */
char *kp_refusal_text(const KpRefusal *refusal);

#endif
