/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of file it is: what may be signed, and what only looks like it. */
#ifndef KP_CONTENT_H
#define KP_CONTENT_H

#include <glib.h>

/* A message for a file compressed with %s. The kernel looks for the signature
 * after unpacking. */
#define KP_CONTENT_COMPRESSED \
	"it is compressed (%s), and a signature belongs to what is inside; unpack it, sign it, and " \
	"compress it again if you want to"

/* "xz", "gzip" or "zstd" when the file in @fd begins like one, or NULL. */
const char *kp_content_compression(int fd);

/* TRUE when @payload is a kernel module or a list of revoked digests, and is
 * complete. FALSE with KP_ERROR_REFUSED. */
gboolean kp_content_check(GBytes *payload, GError **error);

#endif
