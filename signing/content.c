/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/content.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "signing/revocations.h"

static const struct {
	const char *name;
	const char *magic;
	gsize size;
} compression_table[] = {
	{ "xz", "\xfd" "7zXZ", 6 },
	{ "gzip", "\x1f\x8b", 2 },
	{ "zstd", "\x28\xb5\x2f\xfd", 4 },
};

static const char *compression_of(const void *bytes, gsize size)
{
	for (gsize i = 0; i < G_N_ELEMENTS(compression_table); i++)
		if (size >= compression_table[i].size &&
		    memcmp(bytes, compression_table[i].magic, compression_table[i].size) == 0)
			return compression_table[i].name;
	return NULL;
}

const char *kp_content_compression(int fd)
{
	char bytes[8];
	gssize size = pread(fd, bytes, sizeof(bytes), 0);

	return size > 0 ? compression_of(bytes, (gsize)size) : NULL;
}

static gboolean refuse(GError **error, const char *problem)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED, problem);
	return FALSE;
}

/* The section headers are what linkers write last: where they are complete,
 * the file is. */
static gboolean module_ok(const void *bytes, gsize size, GError **error)
{
	Elf64_Ehdr header;

	if (size < sizeof(header))
		return refuse(error, "it is a kernel module that is cut short; get it again");
	memcpy(&header, bytes, sizeof(header));
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    header.e_type != ET_REL)
		return refuse(error, "it is an ELF file, but no kernel module for 64 bits");
	if (header.e_shoff == 0 || header.e_shoff > size ||
	    (gsize)header.e_shnum * sizeof(Elf64_Shdr) > size - header.e_shoff)
		return refuse(error, "it is a kernel module that is cut short; get it again");
	return TRUE;
}

static gboolean list_ok(const char *text, gsize size, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(KpRevocations) list = kp_revocations_parse(text, size, &problem);

	if (list == NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "it is no list of revocations that could be used: %s", problem->message);
	return list != NULL;
}

gboolean kp_content_check(GBytes *payload, GError **error)
{
	gsize size = 0;
	const char *bytes = g_bytes_get_data(payload, &size);
	const char *compression = compression_of(bytes, size);
	const gsize head = strlen("kpatch-revocations");

	if (compression != NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, KP_CONTENT_COMPRESSED, compression);
		return FALSE;
	}
	if (size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0)
		return module_ok(bytes, size, error);
	if (size >= head && memcmp(bytes, KP_REVOCATIONS_HEAD, head) == 0)
		return list_ok(bytes, size, error);
	return refuse(error, "it is neither a kernel module nor a list of revocations");
}
