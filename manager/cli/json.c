/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/json.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/names.h"
#include "cli/plugin.h"
#include "cli/report.h"

static const KpJsonApi *api(void)
{
	static const KpJsonApi *loaded;
	g_autoptr(GError) error = NULL;

	if (loaded == NULL)
		loaded = kp_plugin_symbol(KP_JSON_PLUGIN, KP_JSON_SYMBOL, &error);
	if (loaded == NULL) {
		g_prefix_error(&error, "JSON cannot be printed: ");
		kp_report_error(error);
		exit(KP_EXIT_FAILED);
	}
	return loaded;
}

static void name(KpJson *json, const char *key)
{
	if (key != NULL)
		api()->name(json, key);
}

KpJson *kp_json_begin(void)
{
	KpJson *json = api()->begin();

	kp_json_number(json, "schema", 1);
	return json;
}

void kp_json_free(KpJson *json)
{
	api()->free(json);
}

char *kp_json_end(KpJson *json)
{
	g_autofree char *text = api()->end(json);
	g_autofree char *clean = kp_text_json(text);

	return g_strconcat(clean, "\n", NULL);
}

void kp_json_text(KpJson *json, const char *key, const char *value)
{
	g_autofree char *valid = value != NULL ? g_utf8_make_valid(value, -1) : NULL;

	name(json, key);
	api()->text(json, valid);
}

void kp_json_number(KpJson *json, const char *key, gint64 value)
{
	name(json, key);
	api()->number(json, value);
}

void kp_json_flag(KpJson *json, const char *key, gboolean value)
{
	name(json, key);
	api()->flag(json, value);
}

void kp_json_time(KpJson *json, const char *key, gint64 seconds)
{
	g_autoptr(GDateTime) time = seconds != 0 ? g_date_time_new_from_unix_utc(seconds) : NULL;
	g_autofree char *text = time != NULL ? g_date_time_format_iso8601(time) : NULL;

	kp_json_text(json, key, text);
}

void kp_json_object(KpJson *json, const char *key)
{
	name(json, key);
	api()->object(json);
}

void kp_json_object_end(KpJson *json)
{
	api()->object_end(json);
}

void kp_json_list(KpJson *json, const char *key)
{
	name(json, key);
	api()->list(json);
}

void kp_json_list_end(KpJson *json)
{
	api()->list_end(json);
}

void kp_json_texts(KpJson *json, const char *key, const GPtrArray *texts)
{
	kp_json_list(json, key);
	for (guint i = 0; texts != NULL && i < texts->len; i++)
		kp_json_text(json, NULL, g_ptr_array_index(texts, i));
	kp_json_list_end(json);
}
