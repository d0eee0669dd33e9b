/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oracle.h"

#include <string.h>

#include "emit.h"

/* Places in a module: the section's number above, the offset below. */
#define SECTION_SHIFT 40
#define OFFSET_MASK ((G_GUINT64_CONSTANT(1) << SECTION_SHIFT) - 1)

static guint64 place_of(guint section, guint64 offset)
{
	return ((guint64)section << SECTION_SHIFT) | (offset & OFFSET_MASK);
}

static GArray *named_in_module(const KpObject *module, const char *name)
{
	GArray *places = g_array_new(FALSE, FALSE, sizeof(guint64));

	for (guint i = 0; i < module->symbols->len; i++) {
		const KpObjectSymbol *symbol = &g_array_index(module->symbols, KpObjectSymbol, i);
		guint64 place = place_of(symbol->section, symbol->value);

		if (kp_symbol_is_function(symbol) && g_str_equal(symbol->name, name))
			g_array_append_val(places, place);
	}
	return places;
}

GArray *kp_oracle_named(const KpOracle *oracle, const char *name)
{
	const KpKernelSymbol *const *symbols;
	GArray *places;
	guint n;

	if (oracle->module != NULL)
		return named_in_module(oracle->module, name);
	places = g_array_new(FALSE, FALSE, sizeof(guint64));
	symbols = kp_kernel_named(oracle->kernel, name, &n);
	for (guint i = 0; i < n; i++)
		g_array_append_val(places, symbols[i]->address);
	return places;
}

const guint8 *kp_oracle_bytes(const KpOracle *oracle, guint64 address, gsize size)
{
	const KpObjectSection *section;
	guint64 offset = address & OFFSET_MASK;

	if (oracle->module == NULL)
		return kp_kernel_bytes(oracle->kernel, address, size);
	section = kp_object_section(oracle->module, (guint)(address >> SECTION_SHIFT));
	if (section == NULL || section->bytes == NULL || offset > section->size ||
	    size > section->size - offset)
		return NULL;
	return section->bytes + offset;
}

static guint64 read_number(const guint8 *bytes, guint size, gboolean is_signed)
{
	guint64 value = 0;

	memcpy(&value, bytes, size);
	value = GUINT64_FROM_LE(value);
	return size == 4 && is_signed ? (guint64)(gint64)(gint32)value : value;
}

static gboolean operand_of_image(const KpOracle *oracle, guint64 address, const KpReloc *reloc,
				 const KpTarget *target, KpSpot *spot)
{
	guint size = kp_reloc_size(reloc->type);
	const guint8 *bytes = kp_kernel_bytes(oracle->kernel, address, size);

	if (bytes == NULL)
		return FALSE;
	spot->address = read_number(bytes, size, reloc->type != R_X86_64_32);
	if (kp_reloc_is_relative(reloc->type))
		spot->address += address + reloc->tail;
	spot->address -= (guint64)target->offset;
	spot->known = TRUE;
	return TRUE;
}

static gboolean operand_of_module(const KpObject *module, guint64 place, const KpReloc *reloc,
				  const KpTarget *target, KpSpot *spot)
{
	const KpObjectSection *section = kp_object_section(module, (guint)(place >> SECTION_SHIFT));
	guint first, end;
	KpTarget theirs;
	const KpReloc *other;

	if (section == NULL)
		return FALSE;
	kp_object_relocs(section, place & OFFSET_MASK, 1, &first, &end);
	if (first == end)
		return FALSE;
	other = &g_array_index(section->relocs, KpReloc, first);
	if (kp_reloc_size(other->type) != kp_reloc_size(reloc->type) ||
	    !kp_object_target(module, section, other, &theirs))
		return FALSE;
	if (theirs.symbol != NULL && (theirs.section == KP_SECTION_NONE ||
				      theirs.section == KP_SECTION_OTHER)) {
		spot->name = theirs.symbol->name;
		return theirs.offset == target->offset;
	}
	spot->address = place_of(theirs.section, (theirs.symbol != NULL ? theirs.symbol->value : 0) +
				 (guint64)theirs.offset - (guint64)target->offset);
	spot->known = theirs.section != KP_SECTION_OTHER;
	return spot->known;
}

gboolean kp_oracle_operand(const KpOracle *oracle, guint64 address, guint64 at,
			   const KpReloc *reloc, const KpTarget *target, KpSpot *spot)
{
	*spot = (KpSpot){ 0 };
	return oracle->module != NULL ?
	       operand_of_module(oracle->module, address + at, reloc, target, spot) :
	       operand_of_image(oracle, address + at, reloc, target, spot);
}

static gboolean same_plain(const char *a, const char *b)
{
	g_autofree char *left = kp_symbol_plain_name(a), *right = kp_symbol_plain_name(b);

	return g_str_equal(left, right);
}

/* @theirs may be livepatch's: ".klp.sym.vmlinux.NAME,0". */
static gboolean names_agree(const char *theirs, const char *ours)
{
	g_autofree char *name = NULL;
	const char *start;

	if (!g_str_has_prefix(theirs, KP_LIVEPATCH_SYMBOL))
		return same_plain(theirs, ours);
	start = strchr(theirs + strlen(KP_LIVEPATCH_SYMBOL), '.');
	if (start == NULL)
		return FALSE;
	name = g_strndup(start + 1, strcspn(start + 1, ","));
	return same_plain(name, ours);
}

/* The symbol at exactly @address whose name is @name but for counters; @other is any. */
static const char *name_in_module(const KpObject *module, guint64 address, const char *name,
				  const char **other)
{
	const KpObjectSection *section = kp_object_section(module, (guint)(address >> SECTION_SHIFT));

	for (guint i = 0; section != NULL && i < section->symbols->len; i++) {
		const KpObjectSymbol *symbol = g_ptr_array_index(section->symbols, i);

		if (symbol->value != (address & OFFSET_MASK))
			continue;
		*other = symbol->name;
		if (same_plain(symbol->name, name))
			return symbol->name;
	}
	return NULL;
}

static const char *name_in_image(const KpKernel *kernel, guint64 address, const char *name,
				 const char **other)
{
	guint n;
	const KpKernelSymbol *const *named = kp_kernel_named(kernel, name, &n);
	const KpKernelSymbol *here = kp_kernel_at(kernel, address), *end;
	const KpKernelSymbol *all = kp_kernel_symbols(kernel, &n);

	for (; *named != NULL; named++)
		if ((*named)->address == address)
			return (*named)->name;
	for (end = all + n; here != NULL && here < end && here->address == address; here++) {
		*other = here->name;
		if (same_plain(here->name, name))
			return here->name;
	}
	return NULL;
}

static const char *name_at(const KpOracle *oracle, guint64 address, const char *name,
			   const char **other)
{
	*other = NULL;
	return oracle->module != NULL ? name_in_module(oracle->module, address, name, other) :
	       name_in_image(oracle->kernel, address, name, other);
}

/* Strings and constants have to have the same content. */
static char *content_disagrees(const KpOracle *oracle, const KpObject *object,
			       const KpTarget *target, const KpSpot *spot)
{
	const KpObjectSection *section = kp_object_section(object, target->section);
	guint64 at = (guint64)target->offset, size;
	const guint8 *theirs;
	const char *text;

	if (section == NULL || !kp_section_is_mergeable(section) || section->bytes == NULL ||
	    target->offset < 0 || !spot->known)
		return NULL;
	text = kp_section_is_strings(section) ? kp_object_string(section, target->offset) : NULL;
	size = text != NULL ? strlen(text) + 1 : MAX(section->entry, 1);
	if (at > section->size || size > section->size - at)
		return NULL;
	theirs = kp_oracle_bytes(oracle, spot->address + at, size);
	if (theirs == NULL || memcmp(theirs, section->bytes + at, size) == 0)
		return NULL;
	return text != NULL ? g_strdup_printf("it uses another string than \"%s\"", text) :
	       g_strdup("it uses another constant");
}

char *kp_oracle_disagrees(const KpOracle *oracle, const KpObject *object, const KpTarget *target,
			  const KpSpot *spot)
{
	const char *other;
	guint n;

	if (target->symbol == NULL)
		return content_disagrees(oracle, object, target, spot);
	if (!spot->known)
		return names_agree(spot->name, target->symbol->name) ? NULL :
		       g_strdup_printf("it uses %s, not %s", spot->name, target->symbol->name);
	if (name_at(oracle, spot->address, target->symbol->name, &other) != NULL)
		return NULL;
	/* kallsyms leaves some names out: then nothing is told */
	if (oracle->kernel != NULL && kp_kernel_named(oracle->kernel, target->symbol->name, &n) != NULL &&
	    n == 0)
		return NULL;
	if (other == NULL && oracle->module != NULL)
		return NULL;
	return g_strdup_printf("it uses %s, not %s", other != NULL ? other : "something else",
			       target->symbol->name);
}

guint kp_module_position(const KpObject *module, const KpObjectSymbol *symbol)
{
	guint count = 0, position = 0;

	for (guint i = 0; i < module->symbols->len; i++) {
		const KpObjectSymbol *other = &g_array_index(module->symbols, KpObjectSymbol, i);
		const KpObjectSection *section = kp_object_section(module, other->section);

		/* the loader keeps those that are in memory after init */
		if (section == NULL || !kp_section_is_allocated(section) ||
		    g_str_has_prefix(section->name, ".init") || other->type > STT_FUNC ||
		    !g_str_equal(other->name, symbol->name))
			continue;
		count++;
		if (other == symbol)
			position = count;
	}
	return count > 1 ? position : 0;
}

static guint position_in_module(const KpObject *module, guint64 address, const char *name)
{
	const KpObjectSection *section = kp_object_section(module, (guint)(address >> SECTION_SHIFT));

	for (guint i = 0; section != NULL && i < section->symbols->len; i++) {
		const KpObjectSymbol *symbol = g_ptr_array_index(section->symbols, i);

		if (symbol->value == (address & OFFSET_MASK) && g_str_equal(symbol->name, name))
			return kp_module_position(module, symbol);
	}
	return 0;
}

static guint position_in_image(const KpKernel *kernel, guint64 address, const char *name)
{
	guint n;
	const KpKernelSymbol *const *named = kp_kernel_named(kernel, name, &n);

	for (guint i = 0; n > 1 && i < n; i++)
		if (named[i]->address == address)
			return i + 1;
	return 0;
}

void kp_oracle_note(const KpOracle *oracle, KpProof *proof, const KpObjectSymbol *symbol,
		    const KpSpot *spot)
{
	KpProofPlace *place = g_hash_table_lookup(proof->places, symbol);
	const char *other, *name;

	if (!spot->known)
		return;
	if (place != NULL) {
		place->contradicted |= place->address != spot->address;
		return;
	}
	name = name_at(oracle, spot->address, symbol->name, &other);
	if (name == NULL)
		return;
	place = g_new0(KpProofPlace, 1);
	place->address = spot->address;
	place->name = g_strdup(name);
	place->position = oracle->module != NULL ?
			  position_in_module(oracle->module, spot->address, name) :
			  position_in_image(oracle->kernel, spot->address, name);
	g_hash_table_insert(proof->places, (gpointer)symbol, place);
}
