/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a path is walked in a tree whose symbolic links are those of another system: an
 * absolute link begins at the top of the tree, and .. does not leave it. This is for
 * base/root.c, which is the way in for all others. */
#ifndef KP_INSIDE_H
#define KP_INSIDE_H

#include <glib.h>
#include <sys/types.h>

/* The name of @path below @root when all links on the way are followed inside of @root;
 * one at the end, too, if @follow. What is not there is no link. It is worked out by
 * the kernel, where openat2(2) and /proc are there, else by kp_inside_walk(). NULL with
 * errno set, ELOOP for instance. Caller frees. */
char *kp_inside_name(const char *root, const char *path, gboolean follow);

/* The same, link by link. */
char *kp_inside_walk(const char *root, const char *path, gboolean follow);

/* Called for each file, folder and link that @path leads through, by its name; what one
 * leads through comes after it. FALSE ends it, with @error set. */
typedef gboolean (*KpInsideVisit)(const char *name, gpointer data, GError **error);

/* Walks @path below @root, "/" for the machine itself, with all links followed inside.
 * FALSE with @error set when @visit said so, or the links lead round in circles. */
gboolean kp_inside_visit(const char *root, const char *path, KpInsideVisit visit, gpointer data,
			 GError **error);

/* open(2) of @path below @root, always with O_CLOEXEC. A tree that changes meanwhile
 * can make it fail, but not lead it out. By the kernel, or by kp_inside_step(). */
int kp_inside_open(const char *root, const char *path, int flags, mode_t mode);

/* The same, folder by folder. */
int kp_inside_step(const char *root, const char *path, int flags, mode_t mode);

#endif
