/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reach.h"

#include <string.h>

#include "branches.h"
#include "names.h"
#include "scene.h"

static void item_free(gpointer data)
{
	KpReachItem *item = data;

	g_free(item->object);
	g_free(item->name);
	g_ptr_array_unref(item->from);
	g_free(item->through);
	g_free(item);
}

static void function_free(gpointer data)
{
	KpReachFunction *function = data;

	g_free(function->base);
	g_free(function->defined);
	g_ptr_array_unref(function->items);
	g_free(function);
}

void kp_reach_free(KpReach *reach)
{
	if (reach == NULL)
		return;
	g_ptr_array_unref(reach->functions);
	g_ptr_array_unref(reach->notes);
	g_free(reach);
}

static void scene_free(gpointer data)
{
	KpScene *scene = data;

	kp_inlined_free(scene->inlined);
	g_hash_table_unref(scene->replaced);
	g_hash_table_unref(scene->related);
	g_array_unref(scene->branches);
	g_free(scene);
}

static void target_free(gpointer data)
{
	KpTarget *target = data;

	kp_family_free(target->family);
	g_free(target);
}

gboolean kp_scene_is_over(const KpScene *scene, KpPlace place)
{
	const KpSection *section = kp_image_section(scene->image, place.section);

	return !scene->image->module && (g_str_has_prefix(section->name, ".init.") ||
					 g_str_has_prefix(section->name, ".exit."));
}

const char *kp_scene_name(const KpScene *scene, KpPlace place, const char *source)
{
	const KpSymbol *last = kp_image_function(scene->image, place);
	const KpSymbol *first = (const KpSymbol *)scene->image->symbols->data;

	for (const KpSymbol *symbol = last; symbol != NULL && symbol >= first &&
	     kp_place_compare(symbol->at, last->at) == 0; symbol--)
		if (symbol->function && g_str_equal(symbol->name, source))
			return symbol->name;
	return last != NULL ? last->name : source;
}

KpReachItem *kp_reach_add(KpReachFunction *function, KpReachKind kind, KpReachState state,
			  const char *object, const char *name)
{
	KpReachItem *item;

	for (guint i = 0; i < function->items->len; i++) {
		item = g_ptr_array_index(function->items, i);
		if (item->kind != kind || !g_str_equal(item->object, object) ||
		    !g_str_equal(item->name, name))
			continue;
		item->state = MIN(item->state, state);
		return item;
	}
	item = g_new0(KpReachItem, 1);
	item->kind = kind;
	item->state = state;
	item->object = g_strdup(object);
	item->name = g_strdup(name);
	item->from = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(function->items, item);
	return item;
}

void kp_reach_add_text(GPtrArray *texts, const char *text)
{
	if (!g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
		g_ptr_array_add(texts, g_strdup(text));
}

static GHashTable *names_of(const KpWishes *wishes)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < wishes->replaced->len; i++) {
		const KpWish *wish = g_ptr_array_index(wishes->replaced, i);

		g_hash_table_add(names, kp_clone_base_name(wish->function));
	}
	return names;
}

static GPtrArray *make_scenes(const GPtrArray *images, const KpWishes *wishes)
{
	GPtrArray *scenes = g_ptr_array_new_with_free_func(scene_free);
	g_autoptr(GHashTable) names = names_of(wishes);

	for (guint i = 0; i < images->len; i++) {
		KpScene *scene = g_new0(KpScene, 1);

		scene->image = g_ptr_array_index(images, i);
		scene->inlined = kp_inlined_read(scene->image, names);
		scene->replaced = kp_places_new();
		scene->related = kp_places_new();
		g_ptr_array_add(scenes, scene);
	}
	return scenes;
}

static KpScene *scene_of(const GPtrArray *scenes, const char *object)
{
	for (guint i = 0; i < scenes->len; i++) {
		KpScene *scene = g_ptr_array_index(scenes, i);

		if (g_str_equal(scene->image->object, object))
			return scene;
	}
	return NULL;
}

static GPtrArray *make_targets(const GPtrArray *scenes, const KpWishes *wishes)
{
	GPtrArray *targets = g_ptr_array_new_with_free_func(target_free);

	for (guint i = 0; i < wishes->replaced->len; i++) {
		KpTarget *target = g_new0(KpTarget, 1);

		target->wish = g_ptr_array_index(wishes->replaced, i);
		target->scene = scene_of(scenes, target->wish->object);
		g_ptr_array_add(targets, target);
		if (target->scene == NULL)
			continue;
		target->family = kp_family_find(target->scene->image, target->scene->inlined,
						target->wish);
		for (guint n = 0; n < target->family->own->len; n++)
			kp_places_add(target->scene->replaced,
				      ((KpSymbol *)g_ptr_array_index(target->family->own, n))->at);
	}
	return targets;
}

/* What is replaced as well is not among the others of another family. */
static void relate(const GPtrArray *targets, const KpScene *scene, GPtrArray *clones)
{
	for (guint i = 0; i < targets->len; i++) {
		const KpTarget *target = g_ptr_array_index(targets, i);

		for (guint n = 0; target->scene == scene && n < target->family->others->len; n++) {
			KpSymbol *symbol = g_ptr_array_index(target->family->others, n);

			if (kp_places_have(scene->replaced, symbol->at))
				continue;
			kp_places_add(scene->related, symbol->at);
			g_ptr_array_add(clones, symbol);
		}
	}
}

static void look_for_branches(const GPtrArray *scenes, const GPtrArray *targets)
{
	for (guint i = 0; i < scenes->len; i++) {
		KpScene *scene = g_ptr_array_index(scenes, i);
		g_autoptr(GPtrArray) clones = g_ptr_array_new();

		relate(targets, scene, clones);
		scene->branches = kp_branches_find(scene->image, clones);
	}
}

/*
 * Does this branch enter a clone from code that goes on running? What is in text and in
 * no function is a weak one's rest: the linker took another, and only the symbol away.
 */
static gboolean is_outside(const KpScene *scene, const KpBranch *branch)
{
	KpPlace from = branch->caller != NULL ? branch->caller->at : branch->from;

	if (branch->caller == NULL &&
	    g_str_has_prefix(kp_image_section(scene->image, from.section)->name, ".text"))
		return FALSE;
	return !kp_scene_is_over(scene, from) && !kp_places_have(scene->replaced, from) &&
	       !kp_places_have(scene->related, from);
}

static char *caller_name(const KpScene *scene, const KpBranch *branch)
{
	g_autofree char *section = NULL;

	if (branch->caller != NULL)
		return g_strdup(branch->caller->name);
	section = kp_plain_text(kp_image_section(scene->image, branch->from.section)->name);
	return g_strdup_printf("%s+0x%" G_GINT64_MODIFIER "x", section, branch->from.offset);
}

static void add_clone(const KpScene *scene, const KpSymbol *clone, KpReachFunction *function)
{
	for (guint i = 0; i < scene->branches->len; i++) {
		const KpBranch *branch = &g_array_index(scene->branches, KpBranch, i);
		g_autofree char *name = NULL;
		KpReachItem *item;

		if (kp_place_compare(branch->target->at, clone->at) != 0 || !is_outside(scene, branch))
			continue;
		item = kp_reach_add(function, KP_REACH_CLONE, KP_REACH_MISSED, scene->image->object,
				    clone->name);
		name = caller_name(scene, branch);
		kp_reach_add_text(item->from, name);
	}
}

/* The function itself, of which there may be several: a header's. */
static void add_base(const KpScene *scene, const KpSymbol *symbol, KpReachFunction *function)
{
	guint position = kp_image_position(scene->image, symbol);
	g_autofree char *text = g_strdup_printf("%u", position);
	KpReachItem *item = kp_reach_add(function, KP_REACH_BASE, KP_REACH_MISSED,
					 scene->image->object, symbol->name);

	if (position > 0)
		kp_reach_add_text(item->from, text);
}

/* What is replaced is told too: programs want to know it. */
static void add_others(const KpTarget *target, KpReachFunction *function)
{
	const KpScene *scene = target->scene;

	for (guint i = 0; i < target->family->others->len; i++) {
		const KpSymbol *symbol = g_ptr_array_index(target->family->others, i);
		gboolean clone = kp_clone_base(symbol->name) > 0;

		if (kp_places_have(scene->replaced, symbol->at))
			kp_reach_add(function, clone ? KP_REACH_CLONE : KP_REACH_BASE,
				     KP_REACH_REPLACED, scene->image->object, symbol->name);
		else if (clone)
			add_clone(scene, symbol, function);
		else
			add_base(scene, symbol, function);
	}
}

/* There is nothing to replace: what the author has to name instead. */
static void add_nothing(const KpTarget *target, KpReachFunction *function)
{
	KpReachItem *item = kp_reach_add(function, KP_REACH_NOTHING, KP_REACH_MISSED,
					 target->wish->object, target->wish->function);

	for (guint i = 0; i < target->family->others->len; i++) {
		const KpSymbol *symbol = g_ptr_array_index(target->family->others, i);

		kp_reach_add_text(item->from, symbol->name);
	}
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, so that a report is the same whatever the order of the file is. */
static int compare_items(gconstpointer a, gconstpointer b)
{
	const KpReachItem *left = *(KpReachItem *const *)a, *right = *(KpReachItem *const *)b;
	int order = (int)left->kind - (int)right->kind;

	if (order == 0)
		order = strcmp(left->object, right->object);
	return order != 0 ? order : strcmp(left->name, right->name);
}

static gboolean has_item(const KpReachFunction *function, const KpReachItem *item)
{
	for (guint i = 0; i < function->items->len; i++) {
		const KpReachItem *other = g_ptr_array_index(function->items, i);

		if (other->kind == item->kind && g_str_equal(other->object, item->object) &&
		    g_str_equal(other->name, item->name))
			return TRUE;
	}
	return FALSE;
}

/* What X and X.part.0, both replaced, have in common is told once. */
static gboolean was_told(const KpReach *reach, const KpReachFunction *function,
			 const KpReachItem *item)
{
	for (guint i = 0; i < reach->functions->len; i++) {
		const KpReachFunction *before = g_ptr_array_index(reach->functions, i);

		if (g_str_equal(before->base, function->base) &&
		    g_str_equal(before->wish->object, function->wish->object) &&
		    before->wish->position == function->wish->position && has_item(before, item))
			return TRUE;
	}
	return FALSE;
}

static void settle(KpReach *reach, KpReachFunction *function, const KpWishes *wishes)
{
	for (guint i = function->items->len; i > 0; i--) {
		KpReachItem *item = g_ptr_array_index(function->items, i - 1);

		if (was_told(reach, function, item)) {
			g_ptr_array_remove_index(function->items, i - 1);
			continue;
		}
		if (item->state == KP_REACH_MISSED && item->kind != KP_REACH_NOTHING &&
		    kp_wish_find(wishes->kept, item->object, item->name) != NULL)
			item->state = KP_REACH_KEPT;
		reach->missed += item->state == KP_REACH_MISSED;
		g_ptr_array_sort(item->from, compare_texts);
	}
	g_ptr_array_sort(function->items, compare_items);
}

static void judge(KpReach *reach, const KpTarget *target, const GPtrArray *scenes,
		  const KpWishes *wishes)
{
	KpReachFunction *function = g_new0(KpReachFunction, 1);

	function->wish = target->wish;
	function->base = g_strdup(target->family->base);
	function->items = g_ptr_array_new_with_free_func(item_free);
	if (target->family->own->len == 0)
		add_nothing(target, function);
	add_others(target, function);
	kp_copies_find(scenes, target, function);
	settle(reach, function, wishes);
	g_ptr_array_add(reach->functions, function);
}

static gboolean keeps_something(const KpReach *reach, const KpWish *kept)
{
	for (guint i = 0; i < reach->functions->len; i++) {
		const KpReachFunction *function = g_ptr_array_index(reach->functions, i);

		for (guint n = 0; n < function->items->len; n++) {
			const KpReachItem *item = g_ptr_array_index(function->items, n);

			if (item->state == KP_REACH_KEPT && g_str_equal(item->object, kept->object) &&
			    g_str_equal(item->name, kept->function))
				return TRUE;
		}
	}
	return FALSE;
}

static void add_notes(KpReach *reach, const GPtrArray *scenes, const KpWishes *wishes,
		      const GPtrArray *targets)
{
	for (guint i = 0; i < scenes->len; i++) {
		const KpScene *scene = g_ptr_array_index(scenes, i);

		if (!scene->inlined->dwarf)
			g_ptr_array_add(reach->notes, g_strdup_printf(
				"%s has no debug information: functions that are inlined are not seen",
				scene->image->object));
	}
	for (guint i = 0; i < targets->len; i++) {
		const KpTarget *target = g_ptr_array_index(targets, i);
		g_autofree char *note = g_strdup_printf("%s was not looked at: its file is not named",
							target->wish->object);

		if (target->scene == NULL)
			kp_reach_add_text(reach->notes, note);
	}
	for (guint i = 0; i < wishes->kept->len; i++) {
		const KpWish *kept = g_ptr_array_index(wishes->kept, i);

		if (scene_of(scenes, kept->object) != NULL && !keeps_something(reach, kept))
			g_ptr_array_add(reach->notes, g_strdup_printf(
				"KPATCH_KEEP(%s, %s) keeps nothing: no old code was found there",
				kept->object, kept->function));
	}
}

KpReach *kp_reach_find(const GPtrArray *images, const KpWishes *wishes)
{
	KpReach *reach = g_new0(KpReach, 1);
	g_autoptr(GPtrArray) scenes = make_scenes(images, wishes);
	g_autoptr(GPtrArray) targets = make_targets(scenes, wishes);

	reach->functions = g_ptr_array_new_with_free_func(function_free);
	reach->notes = g_ptr_array_new_with_free_func(g_free);
	look_for_branches(scenes, targets);
	for (guint i = 0; i < targets->len; i++) {
		const KpTarget *target = g_ptr_array_index(targets, i);

		if (target->scene != NULL)
			judge(reach, target, scenes, wishes);
	}
	add_notes(reach, scenes, wishes, targets);
	return reach;
}
