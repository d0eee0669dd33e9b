/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's appended module signature: payload, CMS message, trailer,
 * magic. The layout is struct module_signature of the kernel's
 * include/linux/module_signature.h; what must be zero there, mod_check_sig()
 * says. */
#ifndef KP_FORMAT_H
#define KP_FORMAT_H

#include <glib.h>

/* Trailer and magic, the last bytes of a signed file. */
#define KP_TRAILER_SIZE (12 + 28)

/* A message with one signature of the largest keys has some 2 KiB. */
#define KP_SIGNATURE_MAX (64 * 1024)

/* A distribution's, a site's, a customer's: nobody has needed more than three. */
#define KP_SIGNATURES_MAX 16

/* Larger files are not taken: OpenSSL counts bytes in an int. */
#define KP_SIGNED_MAX ((goffset)G_MAXINT32)

typedef struct {
	goffset payload;	/* bytes before the signature */
	gsize message;		/* bytes of the CMS message; 0: not signed */
} KpTrailer;

/* Finds the signature at the end of a file of @file_size bytes. @end points
 * to its last @end_size bytes, KP_TRAILER_SIZE of them or the whole file.
 * A file without the magic is not signed, which is no error; a trailer that
 * the kernel would not take is KP_ERROR_REFUSED. */
gboolean kp_trailer_parse(const guint8 *end, gsize end_size, goffset file_size,
			  KpTrailer *trailer, GError **error);

/* What is appended to a payload: @message, trailer and magic. */
GBytes *kp_trailer_make(GBytes *message, GError **error);

/* Parses the end of the file in @fd, or of its first @file_size bytes. *@message is
 * the CMS message, NULL when the file is not signed; it may be NULL if it is not wanted. */
gboolean kp_trailer_read(int fd, goffset file_size, KpTrailer *trailer, GBytes **message,
			 GError **error);

/* Where the bytes in front of each signature end: goffset, added to @ends; that of the
 * last signature, which is the one that counts, comes first. Nothing: not signed.
 * FALSE with @error set and what was found so far. */
gboolean kp_trailer_layers(int fd, goffset file_size, GArray *ends, GError **error);

/* The bytes in front of all signatures, should there be several. *@count is
 * how many there are. -1 with @error set. */
goffset kp_trailer_strip(int fd, goffset file_size, guint *count, GError **error);

/* Reads @size bytes at @offset, all of them. */
gboolean kp_read_at(int fd, void *buffer, gsize size, goffset offset, GError **error);

#endif
