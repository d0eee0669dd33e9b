/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are replaced as a whole. */
#ifndef KP_REPLACE_H
#define KP_REPLACE_H

#include <glib.h>

/* Puts @size bytes of @text (-1: up to its NUL) in the place of @path, mode 0644: who reads
 * it meanwhile has the old ones or the new ones. @durable: they are on disk when this
 * returns. What a power cut has left beside it of an earlier try is removed. FALSE with
 * @error. */
gboolean kp_replace_file(const char *path, const char *text, gssize size, gboolean durable,
			 GError **error);

#endif
