/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files that nobody vouches for. */
#ifndef KP_SMALL_FILE_H
#define KP_SMALL_FILE_H

#include <glib.h>
#include <sys/stat.h>

/* All of a regular file of at most @max bytes, with a zero behind it. NULL, with
 * a G_FILE_ERROR that names the file, when there is none, it is no regular file
 * (opening a pipe would wait for ever), or it is larger. Caller frees. */
char *kp_small_file_read(const char *root, const char *path, gsize max, gsize *size,
			 GError **error);

/* TRUE when nobody but root and we ourselves can have written it. */
gboolean kp_file_is_ours(const struct stat *st);

#endif
