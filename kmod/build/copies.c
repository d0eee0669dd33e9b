/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scene.h"

static gboolean same_definition(const KpDefinition *a, const KpDefinition *b)
{
	return a == b || (a->line == b->line && *a->file != '\0' &&
			  g_str_equal(a->name, b->name) && g_str_equal(a->file, b->file));
}

static gboolean is_meant(const GPtrArray *definitions, const KpDefinition *definition)
{
	for (guint i = 0; i < definitions->len; i++)
		if (same_definition(g_ptr_array_index(definitions, i), definition))
			return TRUE;
	return FALSE;
}

static void add_copy(const KpScene *scene, const KpCopy *copy, KpReachFunction *function)
{
	gboolean replaced = kp_places_have(scene->replaced, copy->into);
	KpReachItem *item = kp_reach_add(function, KP_REACH_COPY,
					 replaced ? KP_REACH_REPLACED : KP_REACH_MISSED,
					 scene->image->object,
					 kp_scene_name(scene, copy->into, copy->into_name));
	g_autofree char *where = g_strdup_printf("%s:%u", copy->file, copy->line);

	if (*copy->file != '\0')
		kp_reach_add_text(item->from, where);
	if (item->through == NULL)
		item->through = g_strdup(copy->through);
}

static void find_in(const KpScene *scene, const KpTarget *target, KpReachFunction *function)
{
	for (guint i = 0; i < scene->inlined->copies->len; i++) {
		const KpCopy *copy = g_ptr_array_index(scene->inlined->copies, i);

		/* What X and its clones do with X is judged there. */
		if (!is_meant(target->family->definitions, copy->definition) ||
		    (scene == target->scene && kp_family_has(target->family, copy->into)) ||
		    kp_places_have(scene->related, copy->into) ||
		    kp_scene_is_over(scene, copy->into))
			continue;
		add_copy(scene, copy, function);
	}
}

void kp_copies_find(const GPtrArray *scenes, const KpTarget *target, KpReachFunction *function)
{
	const KpDefinition *first = target->family->definitions->len > 0 ?
				    g_ptr_array_index(target->family->definitions, 0) : NULL;

	if (first != NULL && *first->file != '\0')
		function->defined = g_strdup_printf("%s:%u", first->file, first->line);
	for (guint i = 0; i < scenes->len; i++)
		find_in(g_ptr_array_index(scenes, i), target, function);
}
