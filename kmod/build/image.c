/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "names.h"
#include "symbols.h"

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

static gboolean open_elf(KpImage *image, guint64 *size, GError **error)
{
	Elf64_Ehdr header = { 0 };
	struct stat st;

	image->fd = open(image->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (image->fd < 0 || fstat(image->fd, &st) != 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "it cannot be opened: %s",
			    g_strerror(errno));
		return FALSE;
	}
	if (!S_ISREG(st.st_mode))
		return refuse(error, "it is no file");
	*size = (guint64)st.st_size;
	if (pread(image->fd, &header, sizeof(header), 0) < 0)
		return refuse(error, "it cannot be read");
	if (!header_ok(&header, *size, error))
		return FALSE;
	image->module = header.e_type == ET_REL;
	elf_version(EV_CURRENT);
	image->elf = elf_begin(image->fd, ELF_C_READ_MMAP, NULL);
	return image->elf != NULL || refuse(error, "it is no readable ELF file");
}

static const guint8 *code_bytes(Elf_Scn *scn, const GElf_Shdr *header)
{
	Elf_Data *data = header->sh_type == SHT_PROGBITS ? elf_rawdata(scn, NULL) : NULL;

	return data != NULL && data->d_size == header->sh_size ? data->d_buf : NULL;
}

static gboolean take_section(KpImage *image, Elf_Scn *scn, size_t names, guint64 size,
			     GError **error)
{
	KpSection section = { .scn = scn };
	GElf_Shdr header;

	if (gelf_getshdr(scn, &header) == NULL ||
	    (section.name = elf_strptr(image->elf, names, header.sh_name)) == NULL)
		return refuse(error, "it is damaged: a section has no header or name");
	if (header.sh_type != SHT_NOBITS &&
	    (header.sh_offset > size || header.sh_size > size - header.sh_offset))
		return refuse(error, "it is damaged or truncated: a section lies beyond its end");
	/* The relocatable file's sections have no addresses, whatever is written there. */
	section.address = image->module ? 0 : header.sh_addr;
	section.size = header.sh_size;
	section.alloc = (header.sh_flags & SHF_ALLOC) != 0;
	section.code = section.alloc && (header.sh_flags & SHF_EXECINSTR) != 0;
	if (section.code)
		section.bytes = code_bytes(scn, &header);
	g_array_append_val(image->sections, section);
	return TRUE;
}

static gboolean read_sections(KpImage *image, guint64 size, GError **error)
{
	KpSection none = { .name = "" };
	size_t names;

	if (elf_getshdrstrndx(image->elf, &names) != 0)
		return refuse(error, "it is damaged: it has no section names");
	g_array_append_val(image->sections, none);
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(image->elf, scn)) != NULL;)
		if (!take_section(image, scn, names, size, error))
			return FALSE;
	return TRUE;
}

/* A file that has only what a debugger needs has the sections, and no bytes. */
static gboolean code_ok(const KpImage *image, GError **error)
{
	for (guint i = 0; i < image->sections->len; i++) {
		const KpSection *section = kp_image_section(image, i);

		if (section->code && section->size > 0 && section->bytes != NULL)
			return TRUE;
	}
	return refuse(error, "it has no code: a file of debug information alone? Name the one it belongs to");
}

/* As the kernel's KBUILD_MODNAME: a module says its name, if it is linked. */
static char *object_name(const KpImage *image)
{
	g_autofree char *base = g_path_get_basename(image->path);
	g_autofree char *told = kp_symbols_modinfo(image, "name");
	char *dot = strchr(base, '.');

	if (!image->module)
		return g_strdup("vmlinux");
	if (told != NULL)
		return kp_plain_text(told);
	if (dot != NULL)
		*dot = '\0';
	return g_strdelimit(kp_plain_text(base), "-", '_');
}

KpImage *kp_image_open(const char *path, GError **error)
{
	g_autoptr(KpImage) image = g_new0(KpImage, 1);
	guint64 size;

	image->path = g_strdup(path);
	image->fd = -1;
	image->sections = g_array_new(FALSE, FALSE, sizeof(KpSection));
	image->symbols = g_array_new(FALSE, FALSE, sizeof(KpSymbol));
	image->by_name = g_ptr_array_new();
	if (!open_elf(image, &size, error) || !read_sections(image, size, error) ||
	    !code_ok(image, error) || !kp_symbols_read(image, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	image->object = object_name(image);
	return g_steal_pointer(&image);
}

void kp_image_free(KpImage *image)
{
	if (image == NULL)
		return;
	g_ptr_array_unref(image->by_name);
	g_array_unref(image->symbols);
	g_array_unref(image->sections);
	elf_end(image->elf);
	if (image->fd >= 0)
		close(image->fd);
	g_free(image->object);
	g_free(image->path);
	g_free(image);
}

const KpSection *kp_image_section(const KpImage *image, guint number)
{
	return number < image->sections->len ?
	       &g_array_index(image->sections, KpSection, number) : NULL;
}

const KpSection *kp_image_find_section(const KpImage *image, const char *name)
{
	for (guint i = 1; i < image->sections->len; i++)
		if (g_str_equal(kp_image_section(image, i)->name, name))
			return kp_image_section(image, i);
	return NULL;
}

KpPlace kp_image_place(const KpImage *image, guint64 address)
{
	for (guint i = 1; i < image->sections->len; i++) {
		const KpSection *section = kp_image_section(image, i);

		if (section->code && address >= section->address &&
		    address - section->address < section->size)
			return (KpPlace){ i, address - section->address };
	}
	return (KpPlace){ 0, 0 };
}
