/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/format.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static const char magic[] = "~Module signature appended~\n";

#define MAGIC_SIZE (sizeof(magic) - 1)
#define FIELDS_SIZE (KP_TRAILER_SIZE - MAGIC_SIZE)

/* struct module_signature; the fields that PKCS#7 does not use are zero */
enum {
	FIELD_ID_TYPE = 2,	/* after algo and hash */
	FIELD_LENGTH = 8,	/* after signer_len, key_id_len and 3 bytes of padding */
	ID_TYPE_PKCS7 = 2,
};

G_STATIC_ASSERT(FIELDS_SIZE == 12);

static gboolean damaged(GError **error, const char *problem)
{
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
		    "its signature is damaged: %s; get the file again, or sign it again", problem);
	return FALSE;
}

static gboolean fields_ok(const guint8 *fields, GError **error)
{
	for (gsize i = 0; i < FIELD_LENGTH; i++) {
		if (i == FIELD_ID_TYPE)
			continue;
		if (fields[i] != 0)
			return damaged(error, "the trailer has bytes set that must be zero");
	}
	if (fields[FIELD_ID_TYPE] != ID_TYPE_PKCS7)
		return damaged(error, "the trailer names a kind of signature that is not PKCS#7");
	return TRUE;
}

gboolean kp_trailer_parse(const guint8 *end, gsize end_size, goffset file_size,
			  KpTrailer *trailer, GError **error)
{
	const guint8 *fields;
	guint32 length;

	*trailer = (KpTrailer){ .payload = file_size };
	if (end_size < MAGIC_SIZE || memcmp(end + end_size - MAGIC_SIZE, magic, MAGIC_SIZE) != 0)
		return TRUE;
	if (end_size < KP_TRAILER_SIZE || file_size < KP_TRAILER_SIZE)
		return damaged(error, "the trailer is cut short");
	fields = end + end_size - KP_TRAILER_SIZE;
	if (!fields_ok(fields, error))
		return FALSE;
	memcpy(&length, fields + FIELD_LENGTH, sizeof(length));
	length = GUINT32_FROM_BE(length);
	if (length == 0)
		return damaged(error, "the trailer says that it has no bytes");
	if ((goffset)length > file_size - KP_TRAILER_SIZE)
		return damaged(error, "the trailer says that it is longer than the file");
	if (length > KP_SIGNATURE_MAX)
		return damaged(error, "the trailer says that it has more than 64 KiB");
	trailer->message = length;
	trailer->payload = file_size - KP_TRAILER_SIZE - (goffset)length;
	return TRUE;
}

GBytes *kp_trailer_make(GBytes *message, GError **error)
{
	gsize size = g_bytes_get_size(message);
	guint8 fields[FIELDS_SIZE] = { [FIELD_ID_TYPE] = ID_TYPE_PKCS7 };
	GByteArray *all;
	guint32 length;

	if (size == 0 || size > KP_SIGNATURE_MAX) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "a signature of %" G_GSIZE_FORMAT " bytes cannot be appended; at most "
			    "64 KiB can", size);
		return NULL;
	}
	length = GUINT32_TO_BE((guint32)size);
	memcpy(fields + FIELD_LENGTH, &length, sizeof(length));
	all = g_byte_array_sized_new((guint)size + KP_TRAILER_SIZE);
	g_byte_array_append(all, g_bytes_get_data(message, NULL), (guint)size);
	g_byte_array_append(all, fields, sizeof(fields));
	g_byte_array_append(all, (const guint8 *)magic, MAGIC_SIZE);
	return g_byte_array_free_to_bytes(all);
}

gboolean kp_read_at(int fd, void *buffer, gsize size, goffset offset, GError **error)
{
	gsize used = 0;

	while (used < size) {
		gssize n = pread(fd, (char *)buffer + used, size - used, offset + (goffset)used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot read it: %s",
				    n < 0 ? g_strerror(errno) : "it became shorter meanwhile");
			return FALSE;
		}
		used += (gsize)n;
	}
	return TRUE;
}

gboolean kp_trailer_read(int fd, goffset file_size, KpTrailer *trailer, GBytes **message,
			 GError **error)
{
	guint8 end[KP_TRAILER_SIZE];
	gsize end_size = (gsize)MIN(file_size, KP_TRAILER_SIZE);
	g_autofree guint8 *bytes = NULL;

	if (message != NULL)
		*message = NULL;
	if (!kp_read_at(fd, end, end_size, file_size - (goffset)end_size, error) ||
	    !kp_trailer_parse(end, end_size, file_size, trailer, error))
		return FALSE;
	if (trailer->message == 0 || message == NULL)
		return TRUE;
	bytes = g_malloc(trailer->message);
	if (!kp_read_at(fd, bytes, trailer->message, trailer->payload, error))
		return FALSE;
	*message = g_bytes_new_take(g_steal_pointer(&bytes), trailer->message);
	return TRUE;
}

gboolean kp_trailer_layers(int fd, goffset file_size, GArray *ends, GError **error)
{
	KpTrailer trailer = { .payload = file_size };

	do {
		if (!kp_trailer_read(fd, trailer.payload, &trailer, NULL, error))
			return FALSE;
		if (trailer.message > 0 && ends->len == KP_SIGNATURES_MAX)
			return damaged(error, "there are more than 16 of them, one behind the other");
		if (trailer.message > 0)
			g_array_append_val(ends, trailer.payload);
	} while (trailer.message > 0);
	return TRUE;
}

goffset kp_trailer_strip(int fd, goffset file_size, guint *count, GError **error)
{
	g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(goffset));

	*count = 0;
	if (!kp_trailer_layers(fd, file_size, ends, error))
		return -1;
	*count = ends->len;
	return ends->len > 0 ? g_array_index(ends, goffset, ends->len - 1) : file_size;
}
