/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that root runs because an administrator put it somewhere: opened once, on a way
 * on which nobody else has a say, and run from that descriptor. */
#ifndef KP_PROGRAM_H
#define KP_PROGRAM_H

#include <glib.h>

typedef struct {
	char *path;	/* as it is named, for messages */
	int fd;		/* O_PATH: it can be run, and nothing else */
} KpProgram;

/* Opens @path below @root if it is a regular file that can be executed, and what
 * base/guarded.h says of its way is true. NULL with @error set, which says what to type. */
KpProgram *kp_program_open(const char *root, const char *path, GError **error);

void kp_program_free(KpProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpProgram, kp_program_free)

/* What a program of root gets to see of ours: where commands are, and the language. Caller
 * frees. */
char **kp_program_environment(void);

#endif
