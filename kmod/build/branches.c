/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "branches.h"

#include <gelf.h>
#include <string.h>

#include "insn.h"
#include "names.h"

/* The size of the operand of a call or jump that has a relocation: the end of
 * the instruction, which it counts from. */
#define OPERAND_SIZE 4

struct search {
	const KpImage *image;
	GPtrArray *targets;	/* by place */
	GArray *found;
};

static int compare_targets(gconstpointer a, gconstpointer b)
{
	const KpSymbol *left = *(KpSymbol *const *)a, *right = *(KpSymbol *const *)b;

	return kp_place_compare(left->at, right->at);
}

/* A function is entered at its beginning, a cold part anywhere. */
static const KpSymbol *target_at(const struct search *search, KpPlace at)
{
	const KpSymbol *symbol;
	guint low = 0, high = search->targets->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		symbol = g_ptr_array_index(search->targets, middle);
		if (kp_place_compare(symbol->at, at) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	symbol = g_ptr_array_index(search->targets, low - 1);
	if (symbol->at.section != at.section)
		return NULL;
	if (at.offset == symbol->at.offset)
		return symbol;
	return kp_clone_is_cold(symbol->name) && at.offset - symbol->at.offset < symbol->size ?
	       symbol : NULL;
}

static void add(struct search *search, const KpSymbol *target, KpPlace from)
{
	KpBranch branch = { target, from, kp_image_function(search->image, from) };

	g_array_append_val(search->found, branch);
}

/*
 * Does an instruction begin at @from? Read from the beginning of its function.
 * -1: it is not known, because something before it is no instruction we know.
 */
static int is_instruction(const KpImage *image, KpPlace from)
{
	const KpSection *section = kp_image_section(image, from.section);
	const KpSymbol *function = kp_image_function(image, from);
	guint64 at;

	if (function == NULL)
		return -1;
	for (at = function->at.offset; at < from.offset;) {
		gsize length = kp_insn_length(section->bytes + at, section->size - at);

		if (length == 0)
			return -1;
		at += length;
	}
	return at == from.offset;
}

/* The place @to bytes from @from: the same section's, or that of the image. */
static KpPlace place_from(const KpImage *image, KpPlace from, gint64 to)
{
	const KpSection *section = kp_image_section(image, from.section);
	guint64 offset = from.offset + (guint64)to;

	if (offset < section->size)
		return (KpPlace){ from.section, offset };
	if (image->module)
		return (KpPlace){ 0, 0 };
	return kp_image_place(image, section->address + offset);
}

/* The linker fills in the operand where a module's relocation is. */
static gboolean has_relocation(const KpImage *image, KpPlace at)
{
	for (guint i = 1; i < image->sections->len; i++) {
		Elf_Data *data;
		GElf_Shdr header;
		GElf_Rela rela;

		if (gelf_getshdr(kp_image_section(image, i)->scn, &header) == NULL ||
		    header.sh_type != SHT_RELA || header.sh_info != at.section)
			continue;
		data = elf_getdata(kp_image_section(image, i)->scn, NULL);
		for (int n = 0; data != NULL && gelf_getrela(data, n, &rela) != NULL; n++)
			if (rela.r_offset == at.offset)
				return TRUE;
	}
	return FALSE;
}

/* A short jump is two bytes, which anything may look like: it must be certain. */
static gboolean is_branch(const KpImage *image, KpPlace from, gsize length)
{
	KpPlace operand = { from.section, from.offset + length - OPERAND_SIZE };
	int certain = is_instruction(image, from);

	if (certain == 0 || (certain < 0 && length < OPERAND_SIZE))
		return FALSE;
	return length < OPERAND_SIZE || !image->module || !has_relocation(image, operand);
}

static void search_code(struct search *search, guint number)
{
	const KpSection *section = kp_image_section(search->image, number);

	for (guint64 at = 0; at < section->size; at++) {
		const KpSymbol *target;
		KpPlace from = { number, at };
		gint64 to;
		gsize length = kp_insn_branch(section->bytes + at, section->size - at, &to);

		if (length == 0)
			continue;
		target = target_at(search, place_from(search->image, from, to));
		if (target != NULL && is_branch(search->image, from, length))
			add(search, target, from);
	}
}

/* Where the relocation @rela, of code, leads in section @number; or nowhere. */
static KpPlace relocation_target(const GElf_Rela *rela, const GElf_Sym *sym, guint number)
{
	guint64 target = sym->st_value + (guint64)rela->r_addend;

	switch (GELF_R_TYPE(rela->r_info)) {
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		return (KpPlace){ number, target + OPERAND_SIZE };
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_64:
		return (KpPlace){ number, target };
	default:
		return (KpPlace){ 0, 0 };
	}
}

struct relocations {
	Elf_Data *entries;
	Elf_Data *symbols;
	Elf_Data *numbers;	/* of sections beyond 65,279; may be NULL */
	guint section;		/* which they are for */
};

static void search_relocation(struct search *search, const struct relocations *from,
			      const GElf_Rela *rela)
{
	const KpSymbol *target;
	Elf32_Word number = 0;
	GElf_Sym sym;

	if (GELF_R_SYM(rela->r_info) > G_MAXINT ||
	    gelf_getsymshndx(from->symbols, from->numbers, (int)GELF_R_SYM(rela->r_info), &sym,
			     &number) == NULL)
		return;
	if (sym.st_shndx != SHN_XINDEX)
		number = sym.st_shndx;
	target = target_at(search, relocation_target(rela, &sym, number));
	if (target != NULL)
		add(search, target, (KpPlace){ from->section, rela->r_offset });
}

/* Of code alone: the kernel has many tables about it, which are no use of it. */
static void search_relocations(struct search *search, guint number, Elf_Data *numbers)
{
	Elf_Scn *scn = kp_image_section(search->image, number)->scn;
	const KpSection *symbols, *section;
	struct relocations from = { .numbers = numbers };
	GElf_Shdr header;
	GElf_Rela rela;

	if (gelf_getshdr(scn, &header) == NULL || header.sh_type != SHT_RELA)
		return;
	section = kp_image_section(search->image, header.sh_info);
	symbols = kp_image_section(search->image, header.sh_link);
	if (header.sh_info == 0 || header.sh_link == 0 || section == NULL || symbols == NULL ||
	    !section->code)
		return;
	from.section = header.sh_info;
	from.entries = elf_getdata(scn, NULL);
	from.symbols = elf_getdata(symbols->scn, NULL);
	if (from.symbols == NULL || from.symbols->d_type != ELF_T_SYM)
		return;
	for (int n = 0; from.entries != NULL && gelf_getrela(from.entries, n, &rela) != NULL; n++)
		search_relocation(search, &from, &rela);
}

static Elf_Data *section_numbers(const KpImage *image)
{
	for (guint i = 1; i < image->sections->len; i++) {
		GElf_Shdr header;

		if (gelf_getshdr(kp_image_section(image, i)->scn, &header) != NULL &&
		    header.sh_type == SHT_SYMTAB_SHNDX)
			return elf_getdata(kp_image_section(image, i)->scn, NULL);
	}
	return NULL;
}

GArray *kp_branches_find(const KpImage *image, const GPtrArray *targets)
{
	struct search search = { image, g_ptr_array_sized_new(targets->len),
				 g_array_new(FALSE, FALSE, sizeof(KpBranch)) };
	Elf_Data *numbers = section_numbers(image);

	for (guint i = 0; i < targets->len; i++)
		g_ptr_array_add(search.targets, g_ptr_array_index(targets, i));
	g_ptr_array_sort(search.targets, compare_targets);
	for (guint i = 1; targets->len > 0 && i < image->sections->len; i++) {
		if (kp_image_section(image, i)->code && kp_image_section(image, i)->bytes != NULL)
			search_code(&search, i);
		if (image->module)
			search_relocations(&search, i, numbers);
	}
	g_ptr_array_unref(search.targets);
	return search.found;
}
