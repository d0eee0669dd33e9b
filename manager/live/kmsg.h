/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's log has about one module since a moment ago. */
#ifndef KP_KMSG_H
#define KP_KMSG_H

#include <glib.h>

/* A descriptor of the log that stands behind its end, or -1: a domain or a container
 * may not read it. */
int kp_kmsg_open(const char *path);

#define KP_KMSG_FILE "/dev/kmsg"

/* The lines that came since and are about patching or the module @name, with "; "
 * between them; NULL when there are none. Closes @fd. Caller frees. */
char *kp_kmsg_since(int fd, const char *name);

/* Adds them to @error, which may be NULL; closes @fd as well. */
void kp_kmsg_explain(int fd, const char *name, GError *error);

/* The message in @record, as /dev/kmsg gives it, if it is about @name; else NULL. Pure.
 * Caller frees. */
char *kp_kmsg_message(const char *record, const char *name);

#endif
