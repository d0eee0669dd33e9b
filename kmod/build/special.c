/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "special.h"

#include <string.h>

/* no table that kernels have has larger entries */
#define ENTRY_MAX 64

static const KpSpecial table[] = {
	{ "__jump_table", KP_SPECIAL_ENTRIES, 0 },
	/* struct bug_entry: where, file, line, flags (asm-generic/bug.h) */
	{ "__bug_table", KP_SPECIAL_ENTRIES, 8 },
	{ "__ex_table", KP_SPECIAL_ENTRIES, 0 },
	{ ".altinstructions", KP_SPECIAL_ENTRIES, 0 },
	{ ".parainstructions", KP_SPECIAL_ENTRIES, 0 },
	{ ".smp_locks", KP_SPECIAL_ENTRIES, 0 },
	{ "__mcount_loc", KP_SPECIAL_ENTRIES, 0 },
	/* notes for objtool, which reads the patch as it reads the kernel */
	{ ".discard.reachable", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.unreachable", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.retpoline_safe", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.instr_begin", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.instr_end", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.noendbr", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.func_stack_frame_non_standard", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.ignore_alts", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.intra_function_calls", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.unwind_hints", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.validate_unret", KP_SPECIAL_ENTRIES, 0 },
	{ ".discard.annotate_insn", KP_SPECIAL_ENTRIES, 0 },
	/* exports stay with the original */
	{ ".export_symbol", KP_SPECIAL_IGNORED, 0 },
	{ "__ksymtab*", KP_SPECIAL_IGNORED, 0 },
	{ "___ksymtab*", KP_SPECIAL_IGNORED, 0 },
	{ "__kcrctab*", KP_SPECIAL_IGNORED, 0 },
	{ ".discard.addressable", KP_SPECIAL_IGNORED, 0 },
	{ ".printk_index", KP_SPECIAL_IGNORED, 0 },
	{ "__patchable_function_entries", KP_SPECIAL_IGNORED, 0 },
	{ ".debug*", KP_SPECIAL_IGNORED, 0 },
	{ ".comment", KP_SPECIAL_IGNORED, 0 },
	{ ".note*", KP_SPECIAL_IGNORED, 0 },
	{ ".eh_frame", KP_SPECIAL_IGNORED, 0 },
	{ ".modinfo", KP_SPECIAL_IGNORED, 0 },
	{ ".BTF*", KP_SPECIAL_IGNORED, 0 },
};
static const KpSpecial unknown = { "", KP_SPECIAL_UNKNOWN, 0 };

const KpSpecial *kp_special_find(const char *section_name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		const char *star = strchr(table[i].name, '*');

		if (star == NULL ? g_str_equal(section_name, table[i].name) :
		    strncmp(section_name, table[i].name, (gsize)(star - table[i].name)) == 0)
			return &table[i];
	}
	return &unknown;
}

static const KpReloc *reloc_at(const KpObjectSection *section, guint index)
{
	return &g_array_index(section->relocs, KpReloc, index);
}

/* Do the relocations of the first @size bytes come again and again? */
static gboolean repeats(const KpObjectSection *section, guint size)
{
	guint first, each, all = section->relocs->len;

	kp_object_relocs(section, 0, size, &first, &each);
	if (each == 0 || reloc_at(section, 0)->offset != 0 || each * (section->size / size) != all)
		return FALSE;
	for (guint i = each; i < all; i++)
		if (reloc_at(section, i)->offset != reloc_at(section, i - each)->offset + size ||
		    reloc_at(section, i)->type != reloc_at(section, i - each)->type)
			return FALSE;
	return TRUE;
}

guint kp_special_entry_size(const KpObjectSection *section)
{
	for (guint size = 4; size <= ENTRY_MAX; size++)
		if (section->size % size == 0 && repeats(section, size))
			return size;
	return 0;
}

gboolean kp_special_owner(const KpObject *object, const KpObjectSection *section,
			  guint64 offset, guint size, KpTarget *owner)
{
	guint first, end;

	kp_object_relocs(section, offset, size, &first, &end);
	return first < end && kp_object_target(object, section, reloc_at(section, first), owner);
}
