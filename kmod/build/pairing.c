/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Twins: a wrong pair of variables would corrupt data without a word, so that what is
 * not sure is a finding and no pair. */
#include "pairing.h"

#include <string.h>

#include "special.h"

/* Symbols of one plain name, on both sides, without a twin yet. */
struct group {
	GPtrArray *original;
	GPtrArray *patched;
};

void kp_bind_twins(KpComparison *comparison, const KpObjectSymbol *original,
		   const KpObjectSymbol *patched)
{
	KpTwin *twin = g_new0(KpTwin, 1);

	twin->original = original;
	twin->patched = patched;
	g_ptr_array_add(comparison->twins, twin);
	if (original != NULL)
		g_hash_table_insert(comparison->of_original, (gpointer)original, twin);
	if (patched != NULL)
		g_hash_table_insert(comparison->of_patched, (gpointer)patched, twin);
}

static KpTwin *twin_of(GHashTable *table, const KpObjectSymbol *symbol)
{
	return g_hash_table_lookup(table, symbol);
}

static void free_group(gpointer data)
{
	struct group *group = data;

	g_ptr_array_unref(group->original);
	g_ptr_array_unref(group->patched);
	g_free(group);
}

/* Several symbols of one place (aliases) are one thing, by the name of the first. */
static gboolean is_wanted(const KpObject *object, const KpObjectSymbol *symbol, gboolean functions)
{
	const KpObjectSection *section = kp_object_section(object, symbol->section);

	if (*symbol->name == '\0' || kp_symbol_is_copy(object, symbol))
		return FALSE;
	/* notes for the linker and others, which no code uses */
	if (section != NULL && (kp_special_find(section->name)->kind != KP_SPECIAL_UNKNOWN ||
				g_str_has_prefix(section->name, ".discard")))
		return FALSE;
	return functions ? kp_symbol_is_function(symbol) : kp_symbol_is_data(symbol);
}

static void collect(GHashTable *groups, const KpObject *object, GHashTable *paired,
		    gboolean functions, gboolean patched)
{
	for (guint i = 0; i < object->symbols->len; i++) {
		const KpObjectSymbol *symbol = &g_array_index(object->symbols, KpObjectSymbol, i);
		g_autofree char *plain = kp_symbol_plain_name(symbol->name);
		struct group *group;

		if (!is_wanted(object, symbol, functions) || twin_of(paired, symbol) != NULL)
			continue;
		group = g_hash_table_lookup(groups, plain);
		if (group == NULL) {
			group = g_new0(struct group, 1);
			group->original = g_ptr_array_new();
			group->patched = g_ptr_array_new();
			g_hash_table_insert(groups, g_steal_pointer(&plain), group);
		}
		g_ptr_array_add(patched ? group->patched : group->original, (gpointer)symbol);
	}
}

static GHashTable *groups_of(const KpComparison *comparison, gboolean functions)
{
	GHashTable *groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_group);

	collect(groups, comparison->original, comparison->of_original, functions, FALSE);
	collect(groups, comparison->patched, comparison->of_patched, functions, TRUE);
	return groups;
}

static void ambiguous(KpComparison *comparison, const char *plain, const struct group *group,
		      gboolean functions)
{
	const KpObjectSymbol *first = g_ptr_array_index(group->patched, 0);
	char *text = g_strdup_printf("%u %s called %s stand against %u in the patched source, and nothing says which is which",
				     group->original->len,
				     functions ? "parts of functions" : "static variables", plain,
				     group->patched->len);
	char *advice = functions ?
		g_strdup("leave the callers of that function as they were, or mark it noinline") :
		g_strdup("give the new variable a name that this file does not have yet, and leave the old ones where they are");

	g_ptr_array_add(comparison->findings,
			kp_finding_new(KP_FINDING_REFUSED, "ambiguous-twin", first->name, text, advice));
}

/* The one symbol of @candidates with the shape of @original; NULL: none, or several. */
static const KpObjectSymbol *only_of_shape(const KpComparison *comparison,
					   const KpObjectSymbol *original,
					   const GPtrArray *candidates)
{
	const KpObjectSymbol *found = NULL;

	for (guint i = 0; i < candidates->len; i++) {
		const KpObjectSymbol *patched = g_ptr_array_index(candidates, i);

		if (!kp_same_shape(comparison, original, patched))
			continue;
		if (found != NULL)
			return NULL;
		found = patched;
	}
	return found;
}

static guint count_of_shape(const KpComparison *comparison, const GPtrArray *originals,
			    const KpObjectSymbol *patched)
{
	guint count = 0;

	for (guint i = 0; i < originals->len; i++)
		count += kp_same_shape(comparison, g_ptr_array_index(originals, i), patched);
	return count;
}

/* Clones that are numbered anew are told by what they do. */
static void pair_by_shape(KpComparison *comparison, struct group *group)
{
	for (guint i = 0; i < group->original->len;) {
		const KpObjectSymbol *original = g_ptr_array_index(group->original, i);
		const KpObjectSymbol *patched = only_of_shape(comparison, original, group->patched);

		if (patched == NULL || count_of_shape(comparison, group->original, patched) != 1) {
			i++;
			continue;
		}
		kp_bind_twins(comparison, original, patched);
		g_ptr_array_remove_index(group->original, i);
		g_ptr_array_remove(group->patched, (gpointer)patched);
	}
}

static gboolean same_names(const struct group *group)
{
	for (guint i = 0; i < group->original->len; i++) {
		const KpObjectSymbol *left = g_ptr_array_index(group->original, i);
		guint hits = 0;

		for (guint n = 0; n < group->patched->len; n++) {
			const KpObjectSymbol *right = g_ptr_array_index(group->patched, n);

			hits += g_str_equal(left->name, right->name);
		}
		if (hits != 1)
			return FALSE;
	}
	return group->original->len == group->patched->len;
}

static void pair_same_names(KpComparison *comparison, struct group *group)
{
	for (guint i = 0; i < group->original->len; i++) {
		const KpObjectSymbol *left = g_ptr_array_index(group->original, i);

		for (guint n = 0; n < group->patched->len; n++) {
			const KpObjectSymbol *right = g_ptr_array_index(group->patched, n);

			if (g_str_equal(left->name, right->name))
				kp_bind_twins(comparison, left, right);
		}
	}
	g_ptr_array_set_size(group->original, 0);
	g_ptr_array_set_size(group->patched, 0);
}

/* What is left of a group is new or gone, or ambiguous. */
static void settle(KpComparison *comparison, const char *plain, struct group *group,
		   gboolean functions)
{
	if (group->original->len > 0 && group->patched->len > 0) {
		ambiguous(comparison, plain, group, functions);
		return;
	}
	for (guint i = 0; i < group->original->len; i++)
		kp_bind_twins(comparison, g_ptr_array_index(group->original, i), NULL);
	for (guint i = 0; i < group->patched->len; i++)
		kp_bind_twins(comparison, NULL, g_ptr_array_index(group->patched, i));
}

static void pair_functions(KpComparison *comparison)
{
	g_autoptr(GHashTable) groups = groups_of(comparison, TRUE);
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, groups);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		struct group *group = value;

		if (group->original->len > 1 || group->patched->len > 1)
			pair_by_shape(comparison, group);
		if (group->original->len == 1 && group->patched->len == 1) {
			kp_bind_twins(comparison, group->original->pdata[0], group->patched->pdata[0]);
			continue;
		}
		settle(comparison, key, group, TRUE);
	}
}

static gboolean is_numbered(const KpObjectSymbol *symbol)
{
	g_autofree char *plain = kp_symbol_plain_name(symbol->name);

	return !g_str_equal(plain, symbol->name);
}

/* The file's own variable among static ones of functions that have its name. */
static void pair_unnumbered(KpComparison *comparison, struct group *group)
{
	for (guint i = 0; i < group->original->len; i++) {
		const KpObjectSymbol *left = g_ptr_array_index(group->original, i);

		for (guint n = 0; n < group->patched->len && !is_numbered(left); n++) {
			const KpObjectSymbol *right = g_ptr_array_index(group->patched, n);

			if (!g_str_equal(left->name, right->name))
				continue;
			kp_bind_twins(comparison, left, right);
			g_ptr_array_remove_index(group->original, i);
			g_ptr_array_remove_index(group->patched, n);
			return;
		}
	}
}

/* Variables of the file have names of their own; static ones of functions are numbered. */
static void pair_named_data(KpComparison *comparison)
{
	g_autoptr(GHashTable) groups = groups_of(comparison, FALSE);
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, groups);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		struct group *group = value;
		gboolean numbered = FALSE;

		for (guint i = 0; i < group->original->len; i++)
			numbered |= is_numbered(group->original->pdata[i]);
		for (guint i = 0; i < group->patched->len; i++)
			numbered |= is_numbered(group->patched->pdata[i]);
		if (numbered)
			pair_unnumbered(comparison, group);
		if (!numbered && same_names(group))
			pair_same_names(comparison, group);
		else if (!numbered)
			settle(comparison, key, group, FALSE);
	}
}

/* The variables of @plain that @function refers to, each once, by first use. */
static GPtrArray *uses_of(const KpObject *object, const KpObjectSymbol *function,
			  const char *plain)
{
	const KpObjectSection *section = kp_object_section(object, function->section);
	GPtrArray *uses = g_ptr_array_new();
	guint i, end;

	kp_object_relocs(section, function->value, function->size, &i, &end);
	for (; i < end; i++) {
		const KpReloc *reloc = &g_array_index(section->relocs, KpReloc, i);
		g_autofree char *name = NULL;
		KpTarget target;

		if (!kp_object_target(object, section, reloc, &target) || target.symbol == NULL ||
		    !is_wanted(object, target.symbol, FALSE))
			continue;
		name = kp_symbol_plain_name(target.symbol->name);
		if (g_str_equal(name, plain) && !g_ptr_array_find(uses, target.symbol, NULL))
			g_ptr_array_add(uses, (gpointer)target.symbol);
	}
	return uses;
}

/* One vote that both are the same variable: TRUE unless another vote said otherwise. */
static gboolean vote(GHashTable *ballot, GHashTable *counter, gpointer original, gpointer patched)
{
	gpointer before = g_hash_table_lookup(ballot, original);
	gpointer back = g_hash_table_lookup(counter, patched);

	if ((before != NULL && before != patched) || (back != NULL && back != original))
		return FALSE;
	g_hash_table_insert(ballot, original, patched);
	g_hash_table_insert(counter, patched, original);
	return TRUE;
}

/* What one pair of functions says about the variables called @plain. */
static gboolean ask_function(const KpComparison *comparison, const KpTwin *function,
			     const char *plain, GHashTable *ballot, GHashTable *counter)
{
	g_autoptr(GPtrArray) left = uses_of(comparison->original, function->original, plain);
	g_autoptr(GPtrArray) right = uses_of(comparison->patched, function->patched, plain);

	if (left->len != right->len)
		return TRUE;
	for (guint i = 0; i < left->len; i++)
		if (!vote(ballot, counter, left->pdata[i], right->pdata[i]))
			return FALSE;
	return TRUE;
}

/* Functions of the same shape vote first: what others say must not contradict them. */
static gboolean ask_functions(const KpComparison *comparison, const char *plain,
			      GHashTable *ballot, GHashTable *counter)
{
	for (guint round = 0; round < 2; round++) {
		for (guint i = 0; i < comparison->twins->len; i++) {
			const KpTwin *twin = g_ptr_array_index(comparison->twins, i);
			gboolean alike;

			if (!kp_twin_is_function(twin) || twin->original == NULL ||
			    twin->patched == NULL)
				continue;
			alike = kp_same_shape(comparison, twin->original, twin->patched);
			if (alike == (round == 0) &&
			    !ask_function(comparison, twin, plain, ballot, counter))
				return FALSE;
		}
	}
	return TRUE;
}

static void bind_votes(KpComparison *comparison, struct group *group, GHashTable *ballot)
{
	for (guint i = 0; i < group->original->len;) {
		const KpObjectSymbol *original = g_ptr_array_index(group->original, i);
		const KpObjectSymbol *patched = g_hash_table_lookup(ballot, original);

		if (patched == NULL) {
			i++;
			continue;
		}
		kp_bind_twins(comparison, original, patched);
		g_ptr_array_remove_index(group->original, i);
		g_ptr_array_remove(group->patched, (gpointer)patched);
	}
}

static void pair_static_locals(KpComparison *comparison)
{
	g_autoptr(GHashTable) groups = groups_of(comparison, FALSE);
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, groups);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		g_autoptr(GHashTable) ballot = g_hash_table_new(NULL, NULL);
		g_autoptr(GHashTable) counter = g_hash_table_new(NULL, NULL);
		struct group *group = value;

		if (group->original->len > 0 && group->patched->len > 0 &&
		    ask_functions(comparison, key, ballot, counter))
			bind_votes(comparison, group, ballot);
		settle(comparison, key, group, FALSE);
	}
}

void kp_pair_symbols(KpComparison *comparison)
{
	pair_functions(comparison);
	pair_named_data(comparison);
	pair_static_locals(comparison);
}
