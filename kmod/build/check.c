/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <string.h>

#include "base/error.h"
#include "bytes.h"
#include "prove.h"
#include "special.h"

/* struct kpatch_patch_func, kpatch_patch_dynrela (kpatch-patch.h): bytes, and fields */
#define FUNC_SIZE 56
#define FUNC_POSITION 32
#define FUNC_NAME 40
#define FUNC_OBJECT 48
#define DYNRELA_SIZE 64
#define DYNRELA_POSITION 24
#define DYNRELA_NAME 32
#define DYNRELA_ADDEND 56

static gboolean G_GNUC_PRINTF(2, 3) fail(GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list values;

	va_start(values, format);
	text = g_strdup_vprintf(format, values);
	va_end(values);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "the module is not what was meant: %s. This is a fault of kpatch-build: please report it",
		    text);
	return FALSE;
}

static const KpReloc *reloc_of(const KpObjectSection *section, guint64 offset)
{
	guint first, end;

	kp_object_relocs(section, offset, 1, &first, &end);
	return first < end ? &g_array_index(section->relocs, KpReloc, first) : NULL;
}

/* The text that the pointer at @offset leads to; NULL if it leads to none. */
static const char *text_at(const KpObject *module, const KpObjectSection *section, guint64 offset)
{
	const KpReloc *reloc = reloc_of(section, offset);
	const KpObjectSection *to;

	if (reloc == NULL)
		return NULL;
	to = kp_object_section(module, reloc->symbol->section);
	return to != NULL ? kp_object_string(to, (gint64)reloc->symbol->value + reloc->addend) : NULL;
}

/* How often each text comes. */
static void count(GHashTable *table, char *text, gint step)
{
	gint n = GPOINTER_TO_INT(g_hash_table_lookup(table, text)) + step;

	g_hash_table_insert(table, text, GINT_TO_POINTER(n));
}

static gboolean all_zero(GHashTable *table, const char *what, GError **error)
{
	GHashTableIter iter;
	gpointer text, n;

	g_hash_table_iter_init(&iter, table);
	while (g_hash_table_iter_next(&iter, &text, &n))
		if (GPOINTER_TO_INT(n) != 0)
			return fail(error, "%s %s: %d too %s", what, (const char *)text,
				    ABS(GPOINTER_TO_INT(n)), GPOINTER_TO_INT(n) > 0 ? "few" : "many");
	return TRUE;
}

/* Which functions it says it replaces. */
static gboolean check_records(const KpObject *module, const GPtrArray *emitted, GError **error)
{
	const KpObjectSection *section = kp_object_find_section(module, ".kpatch.funcs");
	g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	if (section == NULL || section->bytes == NULL || section->size % FUNC_SIZE != 0)
		return fail(error, "it has no list of functions");
	for (guint i = 0; i < emitted->len; i++) {
		const KpEmitted *each = g_ptr_array_index(emitted, i);

		for (guint n = 0; n < each->records->len; n++)
			count(table, g_strdup(g_ptr_array_index(each->records, n)), 1);
	}
	for (guint64 at = 0; at < section->size; at += FUNC_SIZE) {
		const char *name = text_at(module, section, at + FUNC_NAME);
		const char *object = text_at(module, section, at + FUNC_OBJECT);

		if (name == NULL || object == NULL || reloc_of(section, at) == NULL)
			return fail(error, "a record of a function has no name");
		count(table, g_strdup_printf("%s:%s,%u", object, name,
					     (guint)kp_le64(section->bytes + at + FUNC_POSITION)), -1);
	}
	return all_zero(table, "function", error);
}

/* "ext4@jbd2.x,0" is looked up as "jbd2.x,0". */
static char *final_name(const char *name)
{
	const char *at = strstr(name, KP_FOREIGN);

	return at != NULL && g_str_has_prefix(name, KP_LIVEPATCH_SYMBOL) ?
	       g_strconcat(KP_LIVEPATCH_SYMBOL, at + 1, NULL) : g_strdup(name);
}

/* The section that is called like @section, at the place of the symbol that @offset is in. */
static gboolean find_site(const KpObject *module, const KpObject *patched,
			  const KpEmittedSite *site, const KpObjectSection **section, guint64 *offset,
			  const KpObjectSymbol **function)
{
	const KpObjectSymbol *found;

	*function = NULL;
	for (guint i = 0; i < site->section->symbols->len; i++) {
		const KpObjectSymbol *symbol = g_ptr_array_index(site->section->symbols, i);

		if (kp_symbol_is_function(symbol) && site->offset >= symbol->value &&
		    site->offset - symbol->value < symbol->size)
			*function = symbol;
	}
	if (*function == NULL)
		return FALSE;
	for (guint i = 0; i < module->symbols->len; i++) {
		found = &g_array_index(module->symbols, KpObjectSymbol, i);
		if (!kp_symbol_is_function(found) || found->size != (*function)->size ||
		    !g_str_equal(found->name, (*function)->name))
			continue;
		*section = kp_object_section(module, found->section);
		*offset = found->value + site->offset - (*function)->value;
		if (g_str_equal((*section)->name, site->section->name))
			return TRUE;
	}
	*section = NULL;
	return TRUE;
}

static const KpReloc *right_reloc(const KpObjectSection *section, guint64 offset,
				  const char *name, gint64 addend)
{
	const KpReloc *reloc = reloc_of(section, offset);

	return reloc != NULL && g_str_equal(reloc->symbol->name, name) && reloc->addend == addend ?
	       reloc : NULL;
}

/* Functions of one name in several objects: one of them has it. */
static gboolean check_site(const KpObject *module, const KpObject *patched,
			   const KpEmittedSite *site, GError **error)
{
	const KpObjectSection *section = NULL;
	const KpObjectSymbol *function;
	g_autofree char *name = final_name(site->name);
	guint64 offset = 0;

	if (g_str_has_prefix(name, KP_LATER_SYMBOL) ||
	    !find_site(module, patched, site, &section, &offset, &function))
		return TRUE;	/* counted, no more */
	if (section != NULL && g_str_equal(name, "__fentry__"))
		return TRUE;	/* objtool has made a nop of it */
	if (section != NULL && right_reloc(section, offset, name, site->addend) != NULL)
		return TRUE;
	for (guint i = 0; i < module->symbols->len; i++) {
		const KpObjectSymbol *other = &g_array_index(module->symbols, KpObjectSymbol, i);

		section = kp_object_section(module, other->section);
		if (kp_symbol_is_function(other) && g_str_equal(other->name, function->name) &&
		    right_reloc(section, other->value + site->offset - function->value, name,
				site->addend) != NULL)
			return TRUE;
	}
	return fail(error, "%s does not use %s at +0x%" G_GINT64_MODIFIER "x", function->name, name,
		    site->offset - function->value);
}

/* What stays the same when the parts of a section are put together anew: which place of
 * an entry it is, for sections that are tables of them. */
static char *site_key(const char *name, gint64 addend, const KpObjectSection *section,
		      guint64 offset)
{
	guint size = kp_special_find(section->name)->kind == KP_SPECIAL_ENTRIES ?
		     kp_special_entry_size(section) : 0;

	return g_strdup_printf("%s%+" G_GINT64_FORMAT " in %s, place %u", name, addend, section->name,
			       size > 0 ? (guint)(offset % size) : 0);
}

static gboolean is_counted(const char *name)
{
	/* objtool adds uses of static calls, one a call */
	return g_str_has_prefix(name, KP_LIVEPATCH_SYMBOL) && strstr(name, ".__SC") == NULL;
}

static void count_sites(GHashTable *table, const GPtrArray *emitted)
{
	for (guint i = 0; i < emitted->len; i++) {
		const KpEmitted *each = g_ptr_array_index(emitted, i);

		for (guint n = 0; n < each->sites->len; n++) {
			const KpEmittedSite *site = g_ptr_array_index(each->sites, n);
			g_autofree char *name = final_name(site->name);

			if (is_counted(site->name))
				count(table, site_key(name, site->addend, site->section, site->offset), 1);
		}
	}
}

/* Every use of a name of livepatch's must be there, and no other. */
static gboolean check_counts(const KpObject *module, const GPtrArray *emitted, GError **error)
{
	g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	count_sites(table, emitted);
	for (guint s = 1; s < module->sections->len; s++) {
		const KpObjectSection *section = kp_object_section(module, s);

		for (guint i = 0; i < section->relocs->len; i++) {
			const KpReloc *reloc = &g_array_index(section->relocs, KpReloc, i);
			const char *name = reloc->symbol->name;

			if (g_str_has_prefix(name, KP_LATER_SYMBOL))
				return fail(error, "%s is left in %s", name, section->name);
			if (is_counted(name))
				count(table, site_key(name, reloc->addend, section, reloc->offset), -1);
		}
	}
	return all_zero(table, "relocation", error);
}

/* kpatch.ko's records of operands: as many, and of the same symbols. */
static gboolean check_dynrelas(const KpObject *module, const GPtrArray *emitted, GError **error)
{
	const KpObjectSection *section = kp_object_find_section(module, ".kpatch.dynrelas");
	g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint64 size = section != NULL && section->bytes != NULL ? section->size : 0;

	for (guint i = 0; i < emitted->len; i++) {
		const KpEmitted *each = g_ptr_array_index(emitted, i);

		for (guint n = 0; n < each->sites->len; n++) {
			const KpEmittedSite *site = g_ptr_array_index(each->sites, n);
			const char *start = strchr(site->name + 1, '.');

			if (!g_str_has_prefix(site->name, KP_LATER_SYMBOL))
				continue;
			start = strchr(site->name + strlen(KP_LATER_SYMBOL), '.') + 1;
			count(table, g_strdup_printf("%s%+" G_GINT64_FORMAT, start, site->addend), 1);
		}
	}
	for (guint64 at = 0; at + DYNRELA_SIZE <= size; at += DYNRELA_SIZE) {
		const char *name = text_at(module, section, at + DYNRELA_NAME);
		g_autofree char *text = NULL;

		if (name == NULL || reloc_of(section, at) == NULL)
			return fail(error, "a record of an operand has no name");
		text = g_strdup_printf("%s,%u%+" G_GINT64_FORMAT, name,
				       (guint)kp_le64(section->bytes + at + DYNRELA_POSITION),
				       (gint64)kp_le64(section->bytes + at + DYNRELA_ADDEND));
		/* the kit's own macros may have made more */
		if (g_hash_table_contains(table, text))
			count(table, g_steal_pointer(&text), -1);
	}
	return all_zero(table, "operand", error);
}

/* All code of it is what was compiled, but for what objtool makes of it. */
static gboolean check_code(const KpObject *module, const KpEmitted *emitted,
			   const KpObject *patched, GError **error)
{
	const KpOracle oracle = { .module = module };
	g_autoptr(KpProof) proof = kp_prove(patched, &oracle);

	for (guint i = 0; i < emitted->functions->len; i++) {
		const KpObjectSymbol *symbol = g_ptr_array_index(emitted->functions, i);
		const KpProofOf *of = kp_proof_of(proof, symbol);

		if (of != NULL && of->state != KP_PROOF_SAME && of->state != KP_PROOF_AMBIGUOUS)
			return fail(error, "%s is other code than what was compiled: %s", symbol->name,
				    of->why != NULL ? of->why : "it is not there");
	}
	return TRUE;
}

gboolean kp_check(const char *path, const GPtrArray *emitted, const GPtrArray *patched,
		  GError **error)
{
	g_autoptr(KpObject) module = kp_object_open(path, error);

	if (module == NULL)
		return FALSE;
	for (guint i = 0; i < emitted->len; i++) {
		const KpEmitted *each = g_ptr_array_index(emitted, i);

		if (!check_code(module, each, g_ptr_array_index(patched, i), error))
			return FALSE;
		for (guint n = 0; n < each->sites->len; n++)
			if (!check_site(module, g_ptr_array_index(patched, i),
					g_ptr_array_index(each->sites, n), error))
				return FALSE;
	}
	return check_records(module, emitted, error) && check_counts(module, emitted, error) &&
	       check_dynrelas(module, emitted, error);
}
