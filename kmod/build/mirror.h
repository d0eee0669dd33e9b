/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private copy of a source tree that shares the files' contents with it: hard links.
 * So a file of the copy is never written, but replaced by another. */
#ifndef KP_BUILD_MIRROR_H
#define KP_BUILD_MIRROR_H

#include <glib.h>

/* Makes a folder of its own in @folder, which may be shared by several runs, with a copy
 * of @tree in it, without what is of other architectures, documentation and tests. What runs that were killed left there is removed. @lock is to be closed when the
 * copy is not used any more; until then no other run removes it.
 * Returns the new folder; the copy is its "tree". */
char *kp_mirror_make(const char *tree, const char *folder, int *lock, GError **error);

/* Removes what kp_mirror_make() made, as far as that works. */
void kp_mirror_remove(const char *made, int lock);

/* Gives @path the contents of @fresh, which is gone then, and keeps the mode. */
gboolean kp_mirror_replace(const char *path, const char *fresh, GError **error);

/* The error of a call that failed, with what to do when there is no room. */
gboolean kp_mirror_failed(const char *what, const char *path, int code, GError **error);

#endif
