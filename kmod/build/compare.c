/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare.h"

#include <string.h>

#include "names.h"
#include "pairing.h"
#include "special.h"

/* code without a name may lead to other code without one: how far that is followed */
#define DEPTH_MAX 4

/* Macros make these anew in each function that uses them. */
static const struct {
	const char *plain;	/* without its number */
	const char *section;	/* if not NULL, only there */
} copy_table[] = {
	{ "__already_done", NULL },	{ "__warned", NULL },
	{ "__func__", NULL },		{ "__FUNCTION__", NULL },
	{ "__PRETTY_FUNCTION__", NULL }, { "__key", NULL },
	{ "_rs", NULL },		{ "descriptor", "__dyndbg" },
	{ "_entry", NULL },		{ "_entry_ptr", NULL },
	{ "CSWTCH", NULL },		{ "__msg", NULL },
	{ "___tp_str", NULL },		{ "__print_once", NULL },
	{ "__UNIQUE_ID_ddebug", NULL },	{ "__compound_literal", NULL },
};

gboolean kp_symbol_is_copy(const KpObject *object, const KpObjectSymbol *symbol)
{
	const KpObjectSection *section = kp_object_section(object, symbol->section);
	g_autofree char *plain = NULL;

	if (symbol->bind != STB_LOCAL || symbol->type != STT_OBJECT || section == NULL)
		return FALSE;
	plain = kp_symbol_plain_name(symbol->name);
	if (g_str_equal(plain, symbol->name))
		return FALSE;	/* a variable of the file may have such a name */
	for (gsize i = 0; i < G_N_ELEMENTS(copy_table); i++)
		if (g_str_equal(plain, copy_table[i].plain) &&
		    (copy_table[i].section == NULL ||
		     g_str_equal(section->name, copy_table[i].section)))
			return TRUE;
	return FALSE;
}

gboolean kp_twin_is_function(const KpTwin *twin)
{
	return (twin->patched != NULL ? twin->patched : twin->original)->type == STT_FUNC;
}

KpTwin *kp_comparison_twin(const KpComparison *comparison, const KpObjectSymbol *patched)
{
	return g_hash_table_lookup(comparison->of_patched, patched);
}

static const KpReloc *reloc_at(const KpObjectSection *section, guint index)
{
	return &g_array_index(section->relocs, KpReloc, index);
}

static char *piece_differs(const KpComparison *comparison, const KpTarget *left,
			   const KpTarget *right, guint depth);

/* The constants that both operands lead to; their size is that of the entries. */
static gboolean same_constant(const KpObjectSection *left, gint64 at,
			      const KpObjectSection *right, gint64 patched_at)
{
	guint64 size = MAX(left->entry, 1);

	return left->entry == right->entry && at >= 0 && patched_at >= 0 &&
	       left->bytes != NULL && right->bytes != NULL &&
	       (guint64)at + size <= left->size && (guint64)patched_at + size <= right->size &&
	       memcmp(left->bytes + at, right->bytes + patched_at, size) == 0;
}

static char *anonymous_differs(const KpComparison *comparison, const KpTarget *left,
			       const KpTarget *right, guint depth)
{
	const KpObjectSection *a = kp_object_section(comparison->original, left->section);
	const KpObjectSection *b = kp_object_section(comparison->patched, right->section);
	const char *text, *patched_text;

	if (a == NULL || b == NULL || kp_section_is_strings(a) != kp_section_is_strings(b) ||
	    kp_section_is_mergeable(a) != kp_section_is_mergeable(b))
		return g_strdup("an operand leads to another kind of data");
	if (kp_section_is_strings(a)) {
		text = kp_object_string(a, left->offset);
		patched_text = kp_object_string(b, right->offset);
		if (text != NULL && patched_text != NULL && g_str_equal(text, patched_text))
			return NULL;
		return g_strdup("it uses another string");
	}
	if (kp_section_is_mergeable(a))
		return same_constant(a, left->offset, b, right->offset) ? NULL :
		       g_strdup("it uses another constant");
	return piece_differs(comparison, left, right, depth);
}

/* Both are copies that functions have of their own: what can be read must be the same. */
static char *copies_differ(const KpComparison *comparison, const KpObjectSymbol *left,
			   const KpObjectSymbol *right)
{
	g_autofree char *a = kp_symbol_plain_name(left->name), *b = kp_symbol_plain_name(right->name);
	const KpObjectSection *in = kp_object_section(comparison->original, left->section);

	if (!g_str_equal(a, b) || left->size != right->size)
		return g_strdup_printf("it uses %s, not %s", right->name, left->name);
	if (kp_section_is_writable(in))
		return NULL;
	return kp_range_differs(comparison, in, left->value,
				kp_object_section(comparison->patched, right->section),
				right->value, left->size, 0);
}

static char *targets_differ(const KpComparison *comparison, const KpTarget *left,
			    const KpTarget *right, guint depth)
{
	const KpObjectSymbol *a = left->symbol, *b = right->symbol;
	const KpTwin *twin;

	if (a == NULL && b == NULL)
		return anonymous_differs(comparison, left, right, depth);
	if (a == NULL || b == NULL)
		return g_strdup_printf("an operand leads to %s now, and did not before or no longer does",
				       (a != NULL ? a : b)->name);
	if (left->offset != right->offset)
		return g_strdup_printf("it uses another place in %s", b->name);
	if (left->section == KP_SECTION_NONE || right->section == KP_SECTION_NONE ||
	    left->section == KP_SECTION_OTHER)
		return left->section == right->section && g_str_equal(a->name, b->name) ? NULL :
		       g_strdup_printf("it uses %s, not %s", b->name, a->name);
	if (kp_symbol_is_copy(comparison->original, a) && kp_symbol_is_copy(comparison->patched, b))
		return copies_differ(comparison, a, b);
	twin = kp_comparison_twin(comparison, b);
	if (twin != NULL && twin->original == a)
		return NULL;
	/* aliases: another name of the same place */
	if (twin != NULL && twin->original != NULL && twin->original->section == a->section &&
	    twin->original->value == a->value)
		return NULL;
	return g_strdup_printf("it uses %s, not %s", b->name, a->name);
}

static guint8 byte_at(const KpObjectSection *section, guint64 at)
{
	return section->bytes != NULL ? section->bytes[at] : 0;
}

/* Relocations at the same places and of the same types, and the same bytes between
 * them; G_MAXUINT64, or where the first difference is. */
static guint64 first_difference(const KpObjectSection *a, guint64 at, const KpObjectSection *b,
				guint64 patched_at, guint64 size, guint line)
{
	guint i, i_end, n, n_end;

	/* neither has bytes in its file: all are zero */
	if (a->bytes == NULL && b->bytes == NULL)
		return G_MAXUINT64;
	kp_object_relocs(a, at, size, &i, &i_end);
	kp_object_relocs(b, patched_at, size, &n, &n_end);
	for (guint64 k = 0; k < size; k++) {
		const KpReloc *left = i < i_end ? reloc_at(a, i) : NULL;
		const KpReloc *right = n < n_end ? reloc_at(b, n) : NULL;
		gboolean here = left != NULL && left->offset - at == k;
		gboolean there = right != NULL && right->offset - patched_at == k;

		if (here != there || (here && left->type != right->type))
			return k;
		if (here) {
			k += kp_reloc_size(left->type) - 1;
			i++;
			n++;
			continue;
		}
		if (line != 0 && (k == line || k == line + 1))
			continue;
		if (byte_at(a, at + k) != byte_at(b, patched_at + k))
			return k;
	}
	return G_MAXUINT64;
}

static char *operands_differ(const KpComparison *comparison, const KpObjectSection *a, guint64 at,
			     const KpObjectSection *b, guint64 patched_at, guint64 size, guint depth)
{
	guint i, i_end, n, n_end;

	kp_object_relocs(a, at, size, &i, &i_end);
	kp_object_relocs(b, patched_at, size, &n, &n_end);
	for (; i < i_end && n < n_end; i++, n++) {
		KpTarget left, right;
		char *why;

		if (!kp_object_target(comparison->original, a, reloc_at(a, i), &left) ||
		    !kp_object_target(comparison->patched, b, reloc_at(b, n), &right))
			return g_strdup_printf("the instruction at +0x%" G_GINT64_MODIFIER "x is none that is known",
					       reloc_at(b, n)->offset - patched_at);
		why = targets_differ(comparison, &left, &right, depth);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static char *range_differs(const KpComparison *comparison, const KpObjectSection *a, guint64 at,
			   const KpObjectSection *b, guint64 patched_at, guint64 size, guint line,
			   guint depth)
{
	guint64 difference;

	if (at > a->size || size > a->size - at || patched_at > b->size ||
	    size > b->size - patched_at)
		return g_strdup("it is cut");
	difference = first_difference(a, at, b, patched_at, size, line);
	if (difference != G_MAXUINT64)
		return g_strdup_printf("it differs from +0x%" G_GINT64_MODIFIER "x on", difference);
	return operands_differ(comparison, a, at, b, patched_at, size, depth);
}

char *kp_range_differs(const KpComparison *comparison, const KpObjectSection *original,
		       guint64 at, const KpObjectSection *patched, guint64 patched_at,
		       guint64 size, guint line)
{
	return range_differs(comparison, original, at, patched, patched_at, size, line, 0);
}

guint64 kp_anonymous_size(const KpObject *object, const KpObjectSection *section, guint64 offset)
{
	guint64 end = section->size;

	for (guint s = 1; s < object->sections->len; s++) {
		const KpObjectSection *from = kp_object_section(object, s);

		for (guint i = 0; i < from->relocs->len; i++) {
			KpTarget target;

			if (reloc_at(from, i)->symbol->section == section->number &&
			    kp_object_target(object, from, reloc_at(from, i), &target) &&
			    target.symbol == NULL && target.section == section->number &&
			    target.offset > (gint64)offset && (guint64)target.offset < end)
				end = (guint64)target.offset;
		}
	}
	return end > offset ? end - offset : 0;
}

/* Code or data that has no name, such as what .altinstr_aux has. */
static char *piece_differs(const KpComparison *comparison, const KpTarget *left,
			   const KpTarget *right, guint depth)
{
	const KpObjectSection *a = kp_object_section(comparison->original, left->section);
	const KpObjectSection *b = kp_object_section(comparison->patched, right->section);
	guint64 size;

	if (!g_str_equal(a->name, b->name) || left->offset < 0 || right->offset < 0 ||
	    depth >= DEPTH_MAX)
		return g_strdup_printf("it uses another place in %s", b->name);
	size = kp_anonymous_size(comparison->original, a, (guint64)left->offset);
	if (size != kp_anonymous_size(comparison->patched, b, (guint64)right->offset))
		return g_strdup_printf("it uses something else in %s", b->name);
	return range_differs(comparison, a, (guint64)left->offset, b, (guint64)right->offset, size,
			     0, depth + 1);
}

gboolean kp_same_shape(const KpComparison *comparison, const KpObjectSymbol *original,
		       const KpObjectSymbol *patched)
{
	const KpObjectSection *a = kp_object_section(comparison->original, original->section);
	const KpObjectSection *b = kp_object_section(comparison->patched, patched->section);

	return original->size == patched->size &&
	       first_difference(a, original->value, b, patched->value, original->size, 0) ==
	       G_MAXUINT64;
}

/* The entries of @section that are about @symbol: their offsets. */
static GArray *entries_of(const KpObject *object, const KpObjectSection *section, guint size,
			  const KpObjectSymbol *symbol)
{
	GArray *entries = g_array_new(FALSE, FALSE, sizeof(guint64));

	for (guint64 at = 0; size > 0 && at < section->size; at += size) {
		KpTarget owner;

		if (kp_special_owner(object, section, at, size, &owner) && owner.symbol != NULL &&
		    owner.section == symbol->section && owner.symbol->value == symbol->value)
			g_array_append_val(entries, at);
	}
	return entries;
}

static char *special_differs(const KpComparison *comparison, const KpObjectSection *b,
			     const KpTwin *twin)
{
	const KpSpecial *special = kp_special_find(b->name);
	const KpObjectSection *a = kp_object_find_section(comparison->original, b->name);
	guint size = kp_special_entry_size(b), before = a != NULL ? kp_special_entry_size(a) : size;
	g_autoptr(GArray) left = NULL;
	g_autoptr(GArray) right = entries_of(comparison->patched, b, size, twin->patched);

	if (a == NULL)
		return right->len > 0 ? g_strdup_printf("it has entries in %s now", b->name) : NULL;
	left = entries_of(comparison->original, a, before, twin->original);
	if (left->len != right->len)
		return g_strdup_printf("its entries in %s are others", b->name);
	for (guint i = 0; i < left->len; i++) {
		g_autofree char *why =
			kp_range_differs(comparison, a, g_array_index(left, guint64, i), b,
					 g_array_index(right, guint64, i), size, special->line);

		if (why != NULL)
			return g_strdup_printf("an entry in %s is another: %s", b->name, why);
	}
	return NULL;
}

/* A section that the patched object does not have at all. */
static char *lost_entries(const KpComparison *comparison, const KpTwin *twin)
{
	for (guint i = 1; i < comparison->original->sections->len; i++) {
		const KpObjectSection *section = kp_object_section(comparison->original, i);
		g_autoptr(GArray) entries = NULL;

		if (kp_special_find(section->name)->kind != KP_SPECIAL_ENTRIES ||
		    kp_object_find_section(comparison->patched, section->name) != NULL)
			continue;
		entries = entries_of(comparison->original, section, kp_special_entry_size(section),
				     twin->original);
		if (entries->len > 0)
			return g_strdup_printf("its entries in %s are gone", section->name);
	}
	return NULL;
}

/* What is said elsewhere of a function that is itself the same. */
static char *specials_differ(const KpComparison *comparison, const KpTwin *twin)
{
	for (guint i = 1; i < comparison->patched->sections->len; i++) {
		const KpObjectSection *section = kp_object_section(comparison->patched, i);
		char *why;

		if (kp_special_find(section->name)->kind != KP_SPECIAL_ENTRIES)
			continue;
		why = special_differs(comparison, section, twin);
		if (why != NULL)
			return why;
	}
	return lost_entries(comparison, twin);
}

static void judge_twin(const KpComparison *comparison, KpTwin *twin)
{
	const KpObjectSection *a = kp_object_section(comparison->original, twin->original->section);
	const KpObjectSection *b = kp_object_section(comparison->patched, twin->patched->section);

	if (twin->original->size != twin->patched->size)
		twin->why = g_strdup_printf("it had %" G_GUINT64_FORMAT " bytes and has %" G_GUINT64_FORMAT " now",
					    twin->original->size, twin->patched->size);
	else
		twin->why = kp_range_differs(comparison, a, twin->original->value, b,
					     twin->patched->value, twin->patched->size, 0);
	if (twin->why == NULL && kp_twin_is_function(twin))
		twin->why = specials_differ(comparison, twin);
	twin->changed = twin->why != NULL;
}

/* A cold part cannot be entered but from its function, and leads back into it. */
static void join_cold_parts(KpComparison *comparison)
{
	for (guint i = 0; i < comparison->twins->len; i++) {
		KpTwin *cold = g_ptr_array_index(comparison->twins, i);

		if (!cold->changed || !kp_clone_is_cold(cold->patched->name))
			continue;
		for (guint n = 0; n < comparison->twins->len; n++) {
			KpTwin *twin = g_ptr_array_index(comparison->twins, n);

			if (twin->original == NULL || twin->patched == NULL || twin->changed ||
			    strlen(twin->patched->name) >= strlen(cold->patched->name) ||
			    !g_str_has_prefix(cold->patched->name, twin->patched->name) ||
			    !g_str_has_prefix(cold->patched->name + strlen(twin->patched->name), ".cold"))
				continue;
			twin->changed = TRUE;
			twin->why = g_strdup("its cold part changed");
		}
	}
}

static void free_twin(gpointer data)
{
	g_free(((KpTwin *)data)->why);
	g_free(data);
}

KpComparison *kp_compare(const KpObject *original, const KpObject *patched)
{
	KpComparison *comparison = g_new0(KpComparison, 1);

	comparison->original = original;
	comparison->patched = patched;
	comparison->twins = g_ptr_array_new_with_free_func(free_twin);
	comparison->of_original = g_hash_table_new(NULL, NULL);
	comparison->of_patched = g_hash_table_new(NULL, NULL);
	comparison->findings = kp_findings_new();
	kp_pair_symbols(comparison);
	for (guint i = 0; i < comparison->twins->len; i++) {
		KpTwin *twin = g_ptr_array_index(comparison->twins, i);

		if (twin->original != NULL && twin->patched != NULL)
			judge_twin(comparison, twin);
	}
	join_cold_parts(comparison);
	return comparison;
}

void kp_comparison_free(KpComparison *comparison)
{
	if (comparison == NULL)
		return;
	g_hash_table_unref(comparison->of_original);
	g_hash_table_unref(comparison->of_patched);
	g_ptr_array_unref(comparison->twins);
	g_ptr_array_unref(comparison->findings);
	g_free(comparison);
}
