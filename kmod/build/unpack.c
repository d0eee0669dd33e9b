/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unpack.h"

#include <archive.h>
#include <string.h>

#include "base/error.h"
#include "bytes.h"

/* A vmlinuz in a .xz is two layers; nobody makes more than three. */
#define MAX_LAYERS 3

/* By what a packed file begins with: the kernel's lib/decompress.c has the same. */
typedef struct {
	const char *magic;
	gsize length;
	const char *name;
	int (*filter)(struct archive *archive);	/* NULL: nobody here can unpack it */
	int code;				/* of the filter */
} Packing;

static const Packing packings[] = {
	{ "\037\213", 2, "gzip", archive_read_support_filter_gzip, ARCHIVE_FILTER_GZIP },
	{ "\375" "7zXZ", 5, "xz", archive_read_support_filter_xz, ARCHIVE_FILTER_XZ },
	{ "]\0\0", 3, "lzma", archive_read_support_filter_lzma, ARCHIVE_FILTER_LZMA },
	{ "\050\265\057\375", 4, "zstd", archive_read_support_filter_zstd, ARCHIVE_FILTER_ZSTD },
	{ "\002\041\114\030", 4, "lz4", archive_read_support_filter_lz4, ARCHIVE_FILTER_LZ4 },
	{ "\004\042\115\030", 4, "lz4", archive_read_support_filter_lz4, ARCHIVE_FILTER_LZ4 },
	{ "BZh", 3, "bzip2", archive_read_support_filter_bzip2, ARCHIVE_FILTER_BZIP2 },
	{ "\211LZO", 4, "LZO", NULL, 0 },
};

/* Offsets in a bzImage: Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header". */
enum {
	BOOT_SETUP_SECTS = 0x1f1,	/* u8, sectors; 0 means 4 */
	BOOT_MAGIC = 0x202,		/* "HdrS" */
	BOOT_VERSION = 0x206,		/* u16 */
	BOOT_PAYLOAD_OFFSET = 0x248,	/* u32, from the protected-mode code on */
	BOOT_PAYLOAD_LENGTH = 0x24c,	/* u32 */
	BOOT_HEADER_END = 0x250,
	BOOT_WITH_PAYLOAD = 0x208,	/* the first version that tells */
};

static gpointer refuse(GError **error, const char *reason)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE, reason);
	return NULL;
}

static gboolean begins(GBytes *file, const char *magic, gsize length)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(file, &size);

	return size >= length && memcmp(data, magic, length) == 0;
}

static const Packing *packing_of(GBytes *file)
{
	for (gsize i = 0; i < G_N_ELEMENTS(packings); i++)
		if (begins(file, packings[i].magic, packings[i].length))
			return &packings[i];
	return NULL;
}

static GBytes *damaged(const Packing *packing, struct archive *archive, GError **error)
{
	const char *reason = archive_error_string(archive);

	g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
		    "it is damaged or cut: what is packed with %s in it cannot be unpacked: %s",
		    packing->name, reason != NULL ? reason : "it is no such data");
	return NULL;
}

/* The blocks as they come, until there are no more, or too many. */
static GBytes *read_blocks(const Packing *packing, struct archive *archive, gsize limit,
			   GError **error)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	gint64 offset;
	const void *block;
	size_t size;
	int status;

	while ((status = archive_read_data_block(archive, &block, &size, &offset)) == ARCHIVE_OK) {
		if (size > limit - out->len) {
			g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
				    "what is packed with %s in it is longer than %" G_GSIZE_FORMAT
				    " bytes: this is no kernel", packing->name, limit);
			return NULL;
		}
		g_byte_array_append(out, block, (guint)size);
	}
	if (status != ARCHIVE_EOF)
		return damaged(packing, archive, error);
	return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

static GBytes *unpack(GBytes *packed, const Packing *packing, gsize limit, GError **error)
{
	struct archive *archive;
	struct archive_entry *entry;
	GBytes *out = NULL;
	gsize size;
	const void *data = g_bytes_get_data(packed, &size);

	if (packing->filter == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "it is packed with %s, which is not supported: name the vmlinux that it was made from",
			    packing->name);
		return NULL;
	}
	archive = archive_read_new();
	/* ARCHIVE_WARN: another program would be run for it. */
	if (archive_read_support_format_raw(archive) == ARCHIVE_OK &&
	    packing->filter(archive) == ARCHIVE_OK &&
	    archive_read_open_memory(archive, data, size) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK &&
	    archive_filter_code(archive, 0) == packing->code)
		out = read_blocks(packing, archive, limit, error);
	else
		damaged(packing, archive, error);
	archive_read_free(archive);
	return out;
}

static gboolean is_boot_image(GBytes *file)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(file, &size);

	return size >= BOOT_HEADER_END && memcmp(data + BOOT_MAGIC, "HdrS", 4) == 0;
}

/* The payload of a bzImage: where its header says. It ends with the size of what it
 * unpacks to, which gzip has anyway, and behind all others does not belong to them. */
static GBytes *payload_of(GBytes *file, guint32 *unpacked, GError **error)
{
	g_autoptr(GBytes) whole = NULL;
	gsize size;
	const guint8 *data = g_bytes_get_data(file, &size);
	guint sectors = data[BOOT_SETUP_SECTS] != 0 ? data[BOOT_SETUP_SECTS] : 4;
	guint64 start = (sectors + 1) * 512ULL + kp_le32(data + BOOT_PAYLOAD_OFFSET);
	guint32 length = kp_le32(data + BOOT_PAYLOAD_LENGTH);

	if (kp_le16(data + BOOT_VERSION) < BOOT_WITH_PAYLOAD || length < 8)
		return refuse(error, "it is a boot image that does not say where its kernel is (boot protocol before 2.08)");
	if (start > size || length > size - start) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "it is cut: its header tells of %" G_GUINT64_FORMAT " bytes, it has %"
			    G_GSIZE_FORMAT, start + length, size);
		return NULL;
	}
	*unpacked = kp_le32(data + start + length - 4);
	whole = g_bytes_new_from_bytes(file, start, length);
	if (begins(whole, packings[0].magic, packings[0].length) || begins(whole, "\177ELF", 4))
		return g_steal_pointer(&whole);
	return g_bytes_new_from_bytes(whole, 0, length - 4);
}

static GBytes *unpack_boot_image(GBytes *file, gsize limit, GError **error)
{
	guint32 size = 0;
	g_autoptr(GBytes) payload = payload_of(file, &size, error);
	g_autoptr(GBytes) out = NULL;
	const Packing *packing;

	if (payload == NULL)
		return NULL;
	if (begins(payload, "\177ELF", 4))
		return g_steal_pointer(&payload);
	packing = packing_of(payload);
	if (packing == NULL)
		return refuse(error, "its kernel is packed in a way that is not known: name the vmlinux that it was made from");
	out = unpack(payload, packing, limit, error);
	if (out != NULL && g_bytes_get_size(out) != size) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "it is damaged: its kernel should unpack to %u bytes, and has %"
			    G_GSIZE_FORMAT, size, g_bytes_get_size(out));
		return NULL;
	}
	return g_steal_pointer(&out);
}

static GBytes *not_a_kernel(GBytes *file, GError **error)
{
	if (g_bytes_get_size(file) == 0)
		return refuse(error, "it is empty");
	if (begins(file, "MZ", 2))
		return refuse(error, "it is an EFI program, but no kernel for x86: of a unified kernel image, name the vmlinuz in it");
	return refuse(error, "it is no kernel image: name a vmlinuz or vmlinux");
}

GBytes *kp_unpack_kernel(GBytes *file, gsize limit, GError **error)
{
	g_autoptr(GBytes) now = g_bytes_ref(file);

	for (guint layer = 0; layer <= MAX_LAYERS; layer++) {
		const Packing *packing = packing_of(now);
		GBytes *inner;

		if (begins(now, "\177ELF", 4))
			return g_steal_pointer(&now);
		if (is_boot_image(now))
			inner = unpack_boot_image(now, limit, error);
		else if (packing != NULL)
			inner = unpack(now, packing, limit, error);
		else
			inner = not_a_kernel(now, error);
		if (inner == NULL)
			return NULL;
		g_bytes_unref(now);
		now = inner;
	}
	return refuse(error, "it is packed more often than a kernel is");
}
