/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every path of the system is reached through a root prefix, so that a
 * mounted image or a captured tree can be looked at like the machine. */
#ifndef KP_ROOT_H
#define KP_ROOT_H

#include <glib.h>
#include <sys/types.h>

/* @path below @root; @root NULL or "/" is the machine itself. Symbolic links of the tree
 * are followed as if @root were /, also one at the end: what comes back leads to no file
 * of the machine. Where they lead round in circles it is a name below /dev/null, that is,
 * of nothing. A tree that somebody changes meanwhile may still deceive whoever uses the
 * name; kp_root_open() and kp_root_read() may not be deceived. Caller frees. */
char *kp_root_path(const char *root, const char *path);

/* As kp_root_path(), with @path made by a format. Caller frees. */
char *kp_root_pathf(const char *root, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same but for a link at the end, which stays: for whoever looks at it, removes or
 * replaces it, or refuses it (O_NOFOLLOW). Caller frees. */
char *kp_root_leaf(const char *root, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The entry @name of @folder, a name that one of these made. A link is not followed:
 * whoever does not want that, or does not know, says kp_root_follow(). Caller frees. */
char *kp_root_entry(const char *folder, const char *name);

/* Where @name, which one of these made, leads when it is a link. Caller frees. */
char *kp_root_follow(const char *root, const char *name);

/* @name, which one of these made, without @root. */
const char *kp_root_inner(const char *root, const char *name);

/* open(2) of @name, which one of these made; links are followed inside of @root, whoever
 * changes the tree meanwhile. Always with O_CLOEXEC, and so that no FIFO and no terminal
 * has a say. -1 with errno set. */
int kp_root_open(const char *root, const char *name, int flags, mode_t mode);

/* kp_read_text() of the regular file @name, opened like that. */
char *kp_root_read(const char *root, const char *name, gsize max);

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
