/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every path of the system is reached through a root prefix, so that a
 * mounted image or a captured tree can be looked at like the machine. */
#ifndef KP_ROOT_H
#define KP_ROOT_H

#include <glib.h>

/* @path below @root; @root NULL or "/" is the machine itself. Caller frees. */
char *kp_root_path(const char *root, const char *path);

/* As kp_root_path(), with @path made by a format. Caller frees. */
char *kp_root_pathf(const char *root, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* TRUE when @root is the running machine. */
gboolean kp_root_is_machine(const char *root);

/* The first @max bytes of a small text file such as those of /sys and /proc,
 * without trailing white space. NULL, with errno set, when it cannot be read.
 * Caller frees. */
char *kp_read_text(const char *path, gsize max);

/* Writes @text to an existing file in one write(2), as /sys wants it.
 * Returns 0 or an errno. */
int kp_write_text(const char *path, const char *text);

/* Puts on disk what entries @folder has. FALSE with errno set. */
gboolean kp_sync_folder(const char *folder);

#endif
