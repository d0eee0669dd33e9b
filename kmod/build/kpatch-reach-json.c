/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs read; kpatch-reach(1) says what is in it. */
#include <json-glib/json-glib.h>
#include <stdio.h>

#include "kpatch-reach.h"

static const char *const kind_words[] = {
	[KP_REACH_NOTHING] = "no-function",
	[KP_REACH_CLONE] = "clone",
	[KP_REACH_BASE] = "function",
	[KP_REACH_COPY] = "inlined",
};

static const char *const state_words[] = {
	[KP_REACH_MISSED] = "missed",
	[KP_REACH_KEPT] = "kept",
	[KP_REACH_REPLACED] = "replaced",
};

static void add_text(JsonBuilder *json, const char *key, const char *value)
{
	json_builder_set_member_name(json, key);
	if (value != NULL)
		json_builder_add_string_value(json, value);
	else
		json_builder_add_null_value(json);
}

static void add_number(JsonBuilder *json, const char *key, gint64 value)
{
	json_builder_set_member_name(json, key);
	json_builder_add_int_value(json, value);
}

static void add_texts(JsonBuilder *json, const char *key, const GPtrArray *texts)
{
	json_builder_set_member_name(json, key);
	json_builder_begin_array(json);
	for (guint i = 0; i < texts->len; i++)
		json_builder_add_string_value(json, g_ptr_array_index(texts, i));
	json_builder_end_array(json);
}

static void add_item(JsonBuilder *json, const KpReachItem *item)
{
	json_builder_begin_object(json);
	add_text(json, "kind", kind_words[item->kind]);
	add_text(json, "state", state_words[item->state]);
	add_text(json, "object", item->object);
	add_text(json, "name", item->name);
	add_texts(json, "from", item->from);
	add_text(json, "through", item->through);
	json_builder_end_object(json);
}

static void add_function(JsonBuilder *json, const KpReachFunction *function)
{
	json_builder_begin_object(json);
	add_text(json, "object", function->wish->object);
	add_text(json, "function", function->wish->function);
	add_number(json, "position", function->wish->position);
	add_text(json, "defined", function->defined);
	json_builder_set_member_name(json, "old_code");
	json_builder_begin_array(json);
	for (guint i = 0; i < function->items->len; i++)
		add_item(json, g_ptr_array_index(function->items, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
}

void kp_reach_print_json(const KpReach *reach)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_autoptr(JsonNode) node = NULL;
	g_autofree char *text = NULL;

	json_builder_begin_object(json);
	add_number(json, "schema", 1);
	add_number(json, "missed", reach->missed);
	json_builder_set_member_name(json, "functions");
	json_builder_begin_array(json);
	for (guint i = 0; i < reach->functions->len; i++)
		add_function(json, g_ptr_array_index(reach->functions, i));
	json_builder_end_array(json);
	add_texts(json, "notes", reach->notes);
	json_builder_end_object(json);
	node = json_builder_get_root(json);
	text = json_to_string(node, TRUE);
	printf("%s\n", text);
}
