/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/modinfo.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* longest modinfo value that is believed; descriptions of parameters may be long */
#define VALUE_MAX 4096
/* largest module information; real ones have some KiB */
#define SECTION_MAX (1024 * 1024)

void kp_modinfo_free(KpModinfo *info)
{
	if (info == NULL)
		return;
	g_free(info->name);
	g_free(info->vermagic);
	g_free(info->version);
	g_strfreev(info->cves);
	g_strfreev(info->funcs);
	g_strfreev(info->targets);
	g_free(info);
}

/* Entries that may be there more than once, and which field they go to. */
static const struct {
	const char *key;
	gsize field;
} list_table[] = {
	{ "kpatch_cve=", G_STRUCT_OFFSET(KpModinfo, cves) },
	{ "kpatch_func=", G_STRUCT_OFFSET(KpModinfo, funcs) },
	{ "kpatch_target=", G_STRUCT_OFFSET(KpModinfo, targets) },
};

/* Those lists while they grow. */
struct lists {
	GPtrArray *of[G_N_ELEMENTS(list_table)];
};

static gboolean refuse(GError **error, const char *reason)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED, reason);
	return FALSE;
}

/* One rule per row: the header as the kernel's own loader wants it. */
static gboolean header_ok(const Elf64_Ehdr *header, gsize size, GError **error)
{
	guint64 table = (guint64)header->e_shnum * sizeof(Elf64_Shdr);
	const struct {
		gboolean wrong;
		const char *reason;
	} rules[] = {
		{ memcmp(header->e_ident, ELFMAG, SELFMAG) != 0,
		  "no kernel module: it does not begin as an ELF file" },
		{ header->e_ident[EI_CLASS] != ELFCLASS64 ||
		  header->e_ident[EI_DATA] != ELFDATA2LSB ||
		  header->e_machine != EM_X86_64, "not a module for x86-64" },
		{ header->e_type != ET_REL, "no kernel module: not a relocatable ELF file" },
		{ header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shnum == 0 ||
		  header->e_shstrndx >= header->e_shnum,
		  "damaged: its section table makes no sense" },
		{ header->e_shoff > size || table > size - header->e_shoff,
		  "damaged or truncated: its section table lies beyond its end" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
		if (rules[i].wrong)
			return refuse(error, rules[i].reason);
	return TRUE;
}

static gboolean take_once(char **field, const char *value)
{
	if (*field == NULL)
		*field = g_strdup(value);
	return TRUE;
}

static void take_entry(KpModinfo *info, struct lists *lists, const char *entry)
{
	const struct {
		const char *key;
		char **field;
	} rows[] = {
		{ "name=", &info->name },
		{ "vermagic=", &info->vermagic },
		{ "version=", &info->version },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (g_str_has_prefix(entry, rows[i].key))
			take_once(rows[i].field, entry + strlen(rows[i].key));
	for (gsize i = 0; i < G_N_ELEMENTS(list_table); i++)
		if (g_str_has_prefix(entry, list_table[i].key))
			g_ptr_array_add(lists->of[i],
					g_strdup(entry + strlen(list_table[i].key)));
	/* the parameter of patches for kpatch.ko by which they are told to */
	if (g_str_equal(entry, "parmtype=replace:bool"))
		info->replace_param = TRUE;
	if (g_str_has_prefix(entry, "livepatch="))
		info->livepatch = entry[strlen("livepatch=")] == 'Y';
}

/* The section is key=value strings with any number of NULs between them. */
static gboolean read_entries(KpModinfo *info, struct lists *lists, const char *data,
			     gsize size, GError **error)
{
	gsize at = 0;

	while (at < size) {
		gsize length = strnlen(data + at, size - at);

		if (at + length == size)
			return refuse(error, "damaged: its module information does not end");
		if (length > VALUE_MAX)
			return refuse(error, "damaged: its module information is too long");
		if (length > 0 && g_utf8_validate(data + at, (gssize)length, NULL))
			take_entry(info, lists, data + at);
		at += length + 1;
	}
	return TRUE;
}

static gboolean section_inside(const GElf_Shdr *section, gsize size)
{
	return section->sh_type == SHT_NOBITS ||
	       (section->sh_offset <= size && section->sh_size <= size - section->sh_offset);
}

static gboolean read_section(KpModinfo *info, struct lists *lists, const char *name,
			     const GElf_Shdr *section, Elf_Scn *scn, GError **error)
{
	Elf_Data *data;

	if (g_str_equal(name, ".kpatch.funcs"))
		info->kpatch_funcs = section->sh_size > 0;
	if (!g_str_equal(name, ".modinfo") || section->sh_type == SHT_NOBITS)
		return TRUE;
	if (section->sh_size > SECTION_MAX)
		return refuse(error, "damaged: its module information is too long");
	data = elf_rawdata(scn, NULL);
	if (data == NULL || (data->d_buf == NULL && data->d_size > 0))
		return refuse(error, "damaged: its module information cannot be read");
	return read_entries(info, lists, data->d_buf, data->d_size, error);
}

static gboolean read_sections(Elf *elf, KpModinfo *info, struct lists *lists,
			      gsize size, GError **error)
{
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return refuse(error, "damaged: it has no section names");
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
		GElf_Shdr section;
		const char *name;

		if (gelf_getshdr(scn, &section) == NULL ||
		    (name = elf_strptr(elf, names, section.sh_name)) == NULL)
			return refuse(error, "damaged: a section has no header or name");
		if (!section_inside(&section, size))
			return refuse(error, "damaged or truncated: a section lies beyond its end");
		if (!read_section(info, lists, name, &section, scn, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean complete(const KpModinfo *info, GError **error)
{
	if (info->name == NULL || *info->name == '\0')
		return refuse(error, "no kernel module: its module information has no name");
	if (info->vermagic == NULL || *info->vermagic == '\0')
		return refuse(error, "no kernel module: it does not say for which kernel it is (no vermagic)");
	return TRUE;
}

static KpReplaces read_replaces(Elf *elf, const KpModinfo *info)
{
	if (info->livepatch)
		return kp_replaces_read(elf);
	return info->replace_param ? KP_REPLACES_ALL : KP_REPLACES_NONE;
}

/* @elf, whose header is good, as far as it matters; ends it. */
static KpModinfo *take_elf(Elf *elf, gsize size, GError **error)
{
	g_autoptr(KpModinfo) info = g_new0(KpModinfo, 1);
	struct lists lists;
	gboolean ok;

	if (elf == NULL) {
		refuse(error, "no kernel module: not a readable ELF file");
		return NULL;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(list_table); i++)
		lists.of[i] = g_ptr_array_new();
	ok = read_sections(elf, info, &lists, size, error) && complete(info, error);
	if (ok)
		info->replaces = read_replaces(elf, info);
	elf_end(elf);
	for (gsize i = 0; i < G_N_ELEMENTS(list_table); i++) {
		g_ptr_array_add(lists.of[i], NULL);
		G_STRUCT_MEMBER(char **, info, list_table[i].field) =
			(char **)g_ptr_array_free(lists.of[i], FALSE);
	}
	return ok ? g_steal_pointer(&info) : NULL;
}

KpModinfo *kp_modinfo_parse(GBytes *content, GError **error)
{
	gsize size;
	const char *bytes = g_bytes_get_data(content, &size);
	Elf64_Ehdr header;

	if (size < sizeof(header)) {
		refuse(error, "no kernel module: too short");
		return NULL;
	}
	memcpy(&header, bytes, sizeof(header));
	if (!header_ok(&header, size, error))
		return NULL;
	elf_version(EV_CURRENT);
	/* libelf only reads the image: it has the byte order of this machine */
	return take_elf(elf_memory((char *)bytes, size), size, error);
}

KpModinfo *kp_modinfo_read(int fd, gsize size, GError **error)
{
	Elf64_Ehdr header;

	if (pread(fd, &header, sizeof(header), 0) != (gssize)sizeof(header)) {
		refuse(error, "no kernel module: too short");
		return NULL;
	}
	if (!header_ok(&header, size, error))
		return NULL;
	elf_version(EV_CURRENT);
	/* without mmap: another process may cut the file meanwhile */
	return take_elf(elf_begin(fd, ELF_C_READ, NULL), size, error);
}
