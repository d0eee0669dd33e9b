/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that decide what this machine trusts and does: nobody but root and the caller may
 * be able to change what is read, be it by the file, by a folder above it, or by a link
 * on the way. */
#ifndef KP_GUARDED_H
#define KP_GUARDED_H

#include <glib.h>
#include <sys/stat.h>

/* TRUE when root or the caller owns the file, folder or link @name, which has @st, and
 * nobody else may write it; folders with the sticky bit, where @sticky, are fine: others
 * can add to them, but not replace what is there. Else KP_ERROR_CONFIG, which says what
 * to type. @what is what somebody else could change. */
gboolean kp_guarded_is(const char *name, const struct stat *st, gboolean sticky,
		       const char *what, GError **error);

/* The same of all that @path below @root leads through; what is not there is fine. */
gboolean kp_guarded_way(const char *root, const char *path, const char *what, GError **error);

/* All of the regular file @path below @root, if that is true of it and it has no more
 * than @most bytes. NULL with @error set, or without when there is no such file. Caller
 * frees. */
char *kp_guarded_read(const char *root, const char *path, const char *what, gsize most,
		      gsize *size, GError **error);

#endif
