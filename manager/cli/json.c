/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/json.h"

JsonBuilder *kp_json_begin(void)
{
	JsonBuilder *json = json_builder_new();

	json_builder_begin_object(json);
	kp_json_number(json, "schema", 1);
	return json;
}

char *kp_json_end(JsonBuilder *json)
{
	g_autoptr(JsonNode) tree = NULL;
	g_autofree char *text = NULL;

	json_builder_end_object(json);
	tree = json_builder_get_root(json);
	text = json_to_string(tree, TRUE);
	return g_strconcat(text, "\n", NULL);
}

void kp_json_text(JsonBuilder *json, const char *key, const char *value)
{
	json_builder_set_member_name(json, key);
	if (value != NULL)
		json_builder_add_string_value(json, value);
	else
		json_builder_add_null_value(json);
}

void kp_json_number(JsonBuilder *json, const char *key, gint64 value)
{
	json_builder_set_member_name(json, key);
	json_builder_add_int_value(json, value);
}

void kp_json_flag(JsonBuilder *json, const char *key, gboolean value)
{
	json_builder_set_member_name(json, key);
	json_builder_add_boolean_value(json, value);
}

void kp_json_time(JsonBuilder *json, const char *key, gint64 seconds)
{
	g_autoptr(GDateTime) time = seconds != 0 ? g_date_time_new_from_unix_utc(seconds) : NULL;
	g_autofree char *text = time != NULL ? g_date_time_format_iso8601(time) : NULL;

	kp_json_text(json, key, text);
}

void kp_json_list(JsonBuilder *json, const char *key)
{
	json_builder_set_member_name(json, key);
	json_builder_begin_array(json);
}

void kp_json_texts(JsonBuilder *json, const char *key, const GPtrArray *texts)
{
	kp_json_list(json, key);
	for (guint i = 0; texts != NULL && i < texts->len; i++)
		json_builder_add_string_value(json, g_ptr_array_index(texts, i));
	json_builder_end_array(json);
}
