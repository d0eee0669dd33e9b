/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people read: one line for each function that still has the old code. */
#include <stdio.h>

#include "kpatch-reach.h"

/* More than that says no more. */
#define LIST_MAX 5

static char *list(const GPtrArray *texts)
{
	GString *line = g_string_new(NULL);

	for (guint i = 0; i < MIN(texts->len, LIST_MAX); i++)
		g_string_append_printf(line, "%s%s", i > 0 ? ", " : "",
				       (const char *)g_ptr_array_index(texts, i));
	if (texts->len > LIST_MAX)
		g_string_append_printf(line, " and %u more", texts->len - LIST_MAX);
	return g_string_free(line, FALSE);
}

static void print_nothing(const KpReachItem *item, const char *names, gboolean inlined)
{
	printf("%s: %s has no function of that name", item->name, item->object);
	if (item->from->len > 0)
		printf(", only %s: replace that", names);
	if (inlined)
		printf("%s", item->from->len > 0 ? ", and the functions below" :
		       ": all of it is inlined. Replace the functions below instead");
	putchar('\n');
}

static void print_twin(const KpReachItem *item, const char *function, const char *positions)
{
	printf("%s: %s has the same code", function, item->name);
	if (item->from->len > 0)
		printf(" at position %s", positions);
	printf(": replace that too");
}

static void print_copy(const KpReachItem *item, const char *function, const char *places)
{
	printf("%s: also inlined into %s", function, item->name);
	if (item->from->len > 0)
		printf(" (%s%s%s)", places, item->through != NULL ? ", in " : "",
		       item->through != NULL ? item->through : "");
	printf(": replace %s too", item->name);
}

static void print_item(const KpReachFunction *function, const KpReachItem *item)
{
	const char *name = function->wish->function;
	g_autofree char *texts = list(item->from);
	const KpReachItem *last = g_ptr_array_index(function->items, function->items->len - 1);

	switch (item->kind) {
	case KP_REACH_NOTHING:
		print_nothing(item, texts, last->kind == KP_REACH_COPY);
		return;
	case KP_REACH_CLONE:
		printf("%s: %s is reached without %s, from %s: replace it or its callers too", name,
		       item->name, name, texts);
		break;
	case KP_REACH_BASE:
		print_twin(item, name, texts);
		break;
	case KP_REACH_COPY:
		print_copy(item, name, texts);
		break;
	}
	printf(", or say KPATCH_KEEP(%s, %s)\n", item->object, item->name);
}

/* Where there is nothing but clones, all of them were named as such. */
static void print_function(const KpReachFunction *function)
{
	const KpReachItem *first = function->items->len > 0 ?
				   g_ptr_array_index(function->items, 0) : NULL;

	for (guint i = 0; i < function->items->len; i++) {
		const KpReachItem *item = g_ptr_array_index(function->items, i);

		if (item->state == KP_REACH_MISSED &&
		    (item->kind != KP_REACH_CLONE || first->kind != KP_REACH_NOTHING))
			print_item(function, item);
	}
}

void kp_reach_print_text(const KpReach *reach, gboolean quiet)
{
	for (guint i = 0; i < reach->functions->len; i++)
		print_function(g_ptr_array_index(reach->functions, i));
	fflush(stdout);
	for (guint i = 0; !quiet && i < reach->notes->len; i++)
		fprintf(stderr, "kpatch-reach: note: %s\n",
			(const char *)g_ptr_array_index(reach->notes, i));
}
