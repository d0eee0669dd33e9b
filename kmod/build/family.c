/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "family.h"

#include <string.h>

#include "names.h"

/* Sections beyond 2^24, or offsets beyond 2^40, are no kernel's. */
static guint64 key_of(KpPlace place)
{
	return (guint64)place.section << 40 ^ place.offset;
}

GHashTable *kp_places_new(void)
{
	return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

void kp_places_add(GHashTable *places, KpPlace place)
{
	guint64 key = key_of(place);

	g_hash_table_add(places, g_memdup2(&key, sizeof(key)));
}

gboolean kp_places_have(GHashTable *places, KpPlace place)
{
	guint64 key = key_of(place);

	return g_hash_table_contains(places, &key);
}

void kp_family_free(KpFamily *family)
{
	if (family == NULL)
		return;
	g_free(family->base);
	g_ptr_array_unref(family->own);
	g_ptr_array_unref(family->others);
	g_ptr_array_unref(family->definitions);
	g_free(family);
}

/* All symbols called @name count for the position, as in /proc/kallsyms. */
static void find_named(const KpImage *image, const char *name, guint wanted, GPtrArray *found)
{
	guint position = 0;

	for (guint i = kp_image_first_of(image, name); i < image->by_name->len; i++) {
		KpSymbol *symbol = g_ptr_array_index(image->by_name, i);

		if (!g_str_equal(symbol->name, name))
			break;
		position++;
		if (symbol->function && (wanted == 0 || wanted == position))
			g_ptr_array_add(found, symbol);
	}
}

static gboolean is_at(const GPtrArray *symbols, KpPlace place)
{
	for (guint i = 0; i < symbols->len; i++)
		if (kp_place_compare(((KpSymbol *)g_ptr_array_index(symbols, i))->at, place) == 0)
			return TRUE;
	return FALSE;
}

gboolean kp_family_has(const KpFamily *family, KpPlace place)
{
	return is_at(family->own, place) || is_at(family->others, place);
}

/* Where X is written: of twins, only the one whose code is at the place of ours. If
 * it has no code, any that has the name may be meant. */
static void find_definitions(const KpInlined *inlined, KpFamily *family)
{
	for (guint i = 0; i < inlined->bodies->len; i++) {
		const KpBody *body = &g_array_index(inlined->bodies, KpBody, i);

		if (is_at(family->own, body->at))
			g_ptr_array_add(family->definitions, (gpointer)body->definition);
	}
	for (guint i = 0; family->own->len == 0 && i < inlined->definitions->len; i++) {
		KpDefinition *definition = g_ptr_array_index(inlined->definitions, i);

		if (g_str_equal(definition->name, family->base))
			g_ptr_array_add(family->definitions, definition);
	}
}

static const KpDefinition *definition_at(const KpInlined *inlined, KpPlace place)
{
	for (guint i = 0; i < inlined->bodies->len; i++)
		if (kp_place_compare(g_array_index(inlined->bodies, KpBody, i).at, place) == 0)
			return g_array_index(inlined->bodies, KpBody, i).definition;
	return NULL;
}

/*
 * Does @symbol, by its name one of X, belong to ours and not to a twin? Debug
 * information knows where it was written. Else the symbol table may know the file: not
 * ours, if that has an X of its own. A function of a header can be in any file.
 */
static gboolean is_related(const KpSymbol *symbol, const KpInlined *inlined,
			   const KpFamily *family, const GPtrArray *twins)
{
	const KpDefinition *definition = definition_at(inlined, symbol->at);

	if (definition != NULL && family->definitions->len > 0)
		return g_ptr_array_find(family->definitions, definition, NULL);
	for (guint i = 0; symbol->file != 0 && i < twins->len; i++) {
		const KpSymbol *twin = g_ptr_array_index(twins, i);

		if (twin->file == symbol->file)
			return twin != symbol && is_at(family->own, twin->at);
	}
	return TRUE;
}

static void find_clones(const KpImage *image, const KpInlined *inlined, KpFamily *family)
{
	g_autofree char *prefix = g_strconcat(family->base, ".", NULL);
	g_autoptr(GPtrArray) twins = g_ptr_array_new();
	gsize length = strlen(family->base);

	find_named(image, family->base, 0, twins);
	for (guint i = kp_image_first_of(image, prefix); i < image->by_name->len; i++) {
		KpSymbol *symbol = g_ptr_array_index(image->by_name, i);

		if (!g_str_has_prefix(symbol->name, prefix))
			break;
		if (symbol->function && kp_clone_base(symbol->name) == length &&
		    !is_at(family->own, symbol->at) &&
		    is_related(symbol, inlined, family, twins))
			g_ptr_array_add(family->others, symbol);
	}
}

/*
 * Others that are called as X, and are X: what a header's function became in another
 * file, which only debug information knows; and X itself, where a clone of it is
 * replaced. That of a piece goes on to what replaces the piece.
 */
static void find_same(const KpImage *image, const KpInlined *inlined, const KpWish *wish,
		      KpFamily *family)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	gboolean clone = !g_str_equal(family->base, wish->function);

	if (kp_clone_is_piece(wish->function))
		return;
	find_named(image, family->base, 0, found);
	for (guint i = 0; i < found->len; i++) {
		KpSymbol *symbol = g_ptr_array_index(found, i);
		const KpDefinition *definition = definition_at(inlined, symbol->at);

		if (is_at(family->own, symbol->at))
			continue;
		if (definition != NULL && family->definitions->len > 0 ?
		    g_ptr_array_find(family->definitions, definition, NULL) : clone)
			g_ptr_array_add(family->others, symbol);
	}
}

KpFamily *kp_family_find(const KpImage *image, const KpInlined *inlined, const KpWish *wish)
{
	KpFamily *family = g_new0(KpFamily, 1);

	family->base = kp_clone_base_name(wish->function);
	family->own = g_ptr_array_new();
	family->others = g_ptr_array_new();
	family->definitions = g_ptr_array_new();
	find_named(image, wish->function, wish->position, family->own);
	find_definitions(inlined, family);
	find_same(image, inlined, wish, family);
	find_clones(image, inlined, family);
	return family;
}
