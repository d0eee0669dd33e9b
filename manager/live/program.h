/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that root runs because an administrator put it somewhere: opened once, on a way
 * on which nobody else has a say, and run from that descriptor. */
#ifndef KP_PROGRAM_H
#define KP_PROGRAM_H

#include <glib.h>
#include <sys/types.h>

typedef struct {
	char *path;	/* for messages */
	int fd;		/* O_PATH: it can be run, and nothing else */
} KpProgram;

/* Opens @path, which is absolute, if it is a regular file that can be executed. Each folder
 * and each symbolic link on the way, and the file, must belong to root or @owner, and be
 * such that nobody else can write there; in a folder with the sticky bit, as /tmp, others
 * cannot change what is not theirs. NULL with KP_ERROR_REFUSED that names what is not so,
 * or KP_ERROR_FAILED. */
KpProgram *kp_program_open(const char *path, uid_t owner, GError **error);

void kp_program_free(KpProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpProgram, kp_program_free)

/* What a program of root gets to see of ours: where commands are, and the language. Caller
 * frees. */
char **kp_program_environment(void);

#endif
