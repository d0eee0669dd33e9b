/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-glib/json-glib.h>

#include "cli/json-api.h"

static JsonBuilder *builder(KpJson *json)
{
	return JSON_BUILDER(json);
}

static KpJson *begin(void)
{
	JsonBuilder *json = json_builder_new();

	json_builder_begin_object(json);
	return (KpJson *)json;
}

static void json_free(KpJson *json)
{
	g_object_unref(json);
}

static char *end(KpJson *json)
{
	g_autoptr(JsonNode) tree = NULL;

	json_builder_end_object(builder(json));
	tree = json_builder_get_root(builder(json));
	return json_to_string(tree, TRUE);
}

static void name(KpJson *json, const char *key)
{
	json_builder_set_member_name(builder(json), key);
}

static void text(KpJson *json, const char *value)
{
	if (value != NULL)
		json_builder_add_string_value(builder(json), value);
	else
		json_builder_add_null_value(builder(json));
}

static void number(KpJson *json, gint64 value)
{
	json_builder_add_int_value(builder(json), value);
}

static void flag(KpJson *json, gboolean value)
{
	json_builder_add_boolean_value(builder(json), value);
}

static void object(KpJson *json)
{
	json_builder_begin_object(builder(json));
}

static void object_end(KpJson *json)
{
	json_builder_end_object(builder(json));
}

static void list(KpJson *json)
{
	json_builder_begin_array(builder(json));
}

static void list_end(KpJson *json)
{
	json_builder_end_array(builder(json));
}

const KpJsonApi kp_json_api = {
	begin, json_free, end, name, text, number, flag, object, object_end, list, list_end,
};
