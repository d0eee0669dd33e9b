/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elffile.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static gboolean refuse(GError **error, const char *reason)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE, reason);
	return FALSE;
}

/* What people name in place of an ELF file. */
static const char *other_format(const char *start)
{
	static const struct {
		const char *magic;
		gsize length;
		const char *reason;
	} table[] = {
		{ "\375" "7zXZ", 5, "it is compressed (xz): unpack it first" },
		{ "\037\213", 2, "it is compressed (gzip): unpack it first" },
		{ "\050\265\057\375", 4, "it is compressed (zstd): unpack it first" },
		{ "MZ", 2, "it is a boot image: name the vmlinux that it was made from" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
		if (memcmp(start, table[i].magic, table[i].length) == 0)
			return table[i].reason;
	return "it is no ELF file";
}

/* One rule per row. */
static gboolean header_ok(const Elf64_Ehdr *header, guint64 size, GError **error)
{
	const struct {
		gboolean wrong;
		const char *reason;
	} rules[] = {
		{ memcmp(header->e_ident, ELFMAG, SELFMAG) != 0,
		  other_format((const char *)header->e_ident) },
		{ header->e_ident[EI_CLASS] != ELFCLASS64, "it is a 32-bit file" },
		{ header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != EM_X86_64,
		  "it is for another machine than x86-64" },
		{ header->e_type != ET_REL && header->e_type != ET_EXEC && header->e_type != ET_DYN,
		  "it is neither a kernel image nor a module" },
		{ header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shoff == 0,
		  "it has no section table" },
		{ header->e_shoff > size ||
		  (guint64)header->e_shnum * sizeof(Elf64_Shdr) > size - header->e_shoff,
		  "it is damaged or truncated: its section table lies beyond its end" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
		if (rules[i].wrong)
			return refuse(error, rules[i].reason);
	return TRUE;
}

static gboolean read_header(KpElfFile *file, const char *path, Elf64_Ehdr *header, GError **error)
{
	struct stat st;

	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->fd < 0 || fstat(file->fd, &st) != 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "it cannot be opened: %s",
			    g_strerror(errno));
		return FALSE;
	}
	if (!S_ISREG(st.st_mode))
		return refuse(error, "it is no file");
	file->size = (guint64)st.st_size;
	if (pread(file->fd, header, sizeof(*header), 0) < 0)
		return refuse(error, "it cannot be read");
	return header_ok(header, file->size, error);
}

gboolean kp_elf_file_open(KpElfFile *file, const char *path, GError **error)
{
	Elf64_Ehdr header = { 0 };

	*file = (KpElfFile){ .fd = -1 };
	if (!read_header(file, path, &header, error))
		return FALSE;
	file->relocatable = header.e_type == ET_REL;
	elf_version(EV_CURRENT);
	file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
	return file->elf != NULL || refuse(error, "it is no readable ELF file");
}

void kp_elf_file_close(KpElfFile *file)
{
	elf_end(file->elf);
	if (file->fd >= 0)
		close(file->fd);
	*file = (KpElfFile){ .fd = -1 };
}
