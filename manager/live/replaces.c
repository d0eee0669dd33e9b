/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/replaces.h"

#include <gelf.h>
#include <libelf.h>
#include <string.h>

/* struct klp_patch: mod, objs, states, and then replace; so it is since Linux 5.5 */
#define REPLACE_OFFSET 24
/* the struct has some 100 bytes, more with lock debugging */
#define STRUCT_MIN 48
#define STRUCT_MAX 1024

/* pointers to the module in one file; a patch has a few */
#define POINTERS_MAX 256

#define MODULE_SYMBOL "__this_module"

struct search {
	Elf *elf;
	Elf_Data *symbols;
	size_t count;		/* of symbols */
	size_t strings;		/* section with their names */
	guint pointers;		/* to the module */
	guint found;		/* structs that may be the one */
	gboolean replaces;
};

static gboolean find_symbols(struct search *search)
{
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(search->elf, scn)) != NULL;) {
		GElf_Shdr header;

		if (gelf_getshdr(scn, &header) == NULL || header.sh_type != SHT_SYMTAB)
			continue;
		search->symbols = elf_getdata(scn, NULL);
		search->strings = header.sh_link;
		search->count = search->symbols == NULL ? 0 :
			search->symbols->d_size / sizeof(Elf64_Sym);
		return search->count > 0;
	}
	return FALSE;
}

static gboolean is_module_symbol(const struct search *search, size_t index)
{
	GElf_Sym symbol;
	const char *name;

	if (index >= search->count || gelf_getsym(search->symbols, (int)index, &symbol) == NULL)
		return FALSE;
	name = elf_strptr(search->elf, search->strings, symbol.st_name);
	return name != NULL && strcmp(name, MODULE_SYMBOL) == 0;
}

/* TRUE when a variable of the right size begins at @offset of section @index. */
static gboolean is_struct(const struct search *search, size_t index, guint64 offset)
{
	for (size_t i = 0; i < search->count; i++) {
		GElf_Sym symbol;

		if (gelf_getsym(search->symbols, (int)i, &symbol) != NULL &&
		    GELF_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_shndx == index &&
		    symbol.st_value == offset && symbol.st_size >= STRUCT_MIN &&
		    symbol.st_size <= STRUCT_MAX)
			return TRUE;
	}
	return FALSE;
}

/* The bool and its padding are one byte that is 0 or 1, and zeros. */
static void look_at(struct search *search, Elf_Data *data, guint64 offset)
{
	static const guint8 zeros[7];
	const guint8 *byte = (const guint8 *)data->d_buf + offset + REPLACE_OFFSET;

	if (byte[0] > 1 || memcmp(byte + 1, zeros, sizeof(zeros)) != 0)
		return;
	search->found++;
	search->replaces = byte[0] == 1;
}

/* A pointer to the module itself is the first member. */
static void look_through(struct search *search, size_t target, Elf_Data *relocations)
{
	Elf_Data *data = elf_rawdata(elf_getscn(search->elf, target), NULL);
	size_t count = relocations->d_size / sizeof(Elf64_Rela);

	for (size_t i = 0; data != NULL && data->d_buf != NULL && i < count; i++) {
		GElf_Rela rela;

		if (gelf_getrela(relocations, (int)i, &rela) != NULL && rela.r_addend == 0 &&
		    data->d_size >= STRUCT_MIN && rela.r_offset <= data->d_size - STRUCT_MIN &&
		    is_module_symbol(search, GELF_R_SYM(rela.r_info)) &&
		    search->pointers++ < POINTERS_MAX && is_struct(search, target, rela.r_offset))
			look_at(search, data, rela.r_offset);
	}
}

static gboolean is_writable(Elf *elf, size_t index)
{
	GElf_Shdr header;
	Elf_Scn *scn = elf_getscn(elf, index);

	return scn != NULL && gelf_getshdr(scn, &header) != NULL &&
	       header.sh_type == SHT_PROGBITS && (header.sh_flags & SHF_WRITE) != 0;
}

KpReplaces kp_replaces_read(Elf *elf)
{
	struct search search = { .elf = elf };

	if (!find_symbols(&search))
		return KP_REPLACES_UNKNOWN;
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
		GElf_Shdr header;
		Elf_Data *data;

		if (gelf_getshdr(scn, &header) == NULL || header.sh_type != SHT_RELA ||
		    !is_writable(elf, header.sh_info))
			continue;
		data = elf_getdata(scn, NULL);
		if (data != NULL && data->d_buf != NULL)
			look_through(&search, header.sh_info, data);
	}
	if (search.found != 1 || search.pointers > POINTERS_MAX)
		return KP_REPLACES_UNKNOWN;
	return search.replaces ? KP_REPLACES_ALL : KP_REPLACES_NONE;
}
