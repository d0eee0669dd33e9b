/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status for programs. A member once published keeps its name and meaning. */
#include "cli/status.h"

#include <json-glib/json-glib.h>

static void text_member(JsonBuilder *json, const char *key, const char *value)
{
	json_builder_set_member_name(json, key);
	if (value != NULL)
		json_builder_add_string_value(json, value);
	else
		json_builder_add_null_value(json);
}

/* RFC 3339 in UTC; null when it is not known. */
static void time_member(JsonBuilder *json, const char *key, gint64 seconds)
{
	g_autoptr(GDateTime) time = seconds != 0 ? g_date_time_new_from_unix_utc(seconds) : NULL;
	g_autofree char *text = time != NULL ? g_date_time_format_iso8601(time) : NULL;

	text_member(json, key, text);
}

static void flag_member(JsonBuilder *json, const char *key, gboolean value)
{
	json_builder_set_member_name(json, key);
	json_builder_add_boolean_value(json, value);
}

static void begin_list(JsonBuilder *json, const char *key)
{
	json_builder_set_member_name(json, key);
	json_builder_begin_array(json);
}

static void add_packages(JsonBuilder *json, const KpStatusKernel *kernel)
{
	begin_list(json, "packages");
	for (guint i = 0; i < kernel->packages->len; i++) {
		const KpInvPatch *patch = g_ptr_array_index(kernel->packages, i);

		json_builder_begin_object(json);
		text_member(json, "name", patch->name);
		text_member(json, "evr", patch->evr);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_cves(JsonBuilder *json, const KpPatch *patch)
{
	begin_list(json, "cves");
	for (char **cve = patch->cves; *cve != NULL; cve++)
		json_builder_add_string_value(json, *cve);
	json_builder_end_array(json);
}

static void add_files(JsonBuilder *json, const KpStatusKernel *kernel)
{
	begin_list(json, "files");
	for (guint i = 0; i < kernel->candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(kernel->candidates->patches, i);

		json_builder_begin_object(json);
		text_member(json, "path", patch->path);
		text_member(json, "name", patch->name);
		text_member(json, "version", patch->version);
		text_member(json, "backend", kp_backend_word(patch->backend));
		text_member(json, "sha256", kp_patch_sha256(patch));
		add_cves(json, patch);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_live(JsonBuilder *json, const KpStatus *status, const KpStatusKernel *kernel)
{
	const KpLivePatch *top = kp_live_top(status->live);

	begin_list(json, "live");
	for (guint i = 0; kernel->running && i < status->live->len; i++) {
		const KpLivePatch *live = g_ptr_array_index(status->live, i);

		if (!live->enabled)
			continue;
		json_builder_begin_object(json);
		text_member(json, "name", live->name);
		text_member(json, "version", live->version);
		text_member(json, "backend", kp_backend_word(live->backend));
		flag_member(json, "transition", live->transition);
		time_member(json, "since", live == top ? kernel->since : 0);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_holds(JsonBuilder *json, const KpStatusKernel *kernel)
{
	begin_list(json, "held");
	for (guint i = 0; i < kernel->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(kernel->holds, i);

		json_builder_begin_object(json);
		text_member(json, "name", hold->name);
		text_member(json, "version", hold->version);
		text_member(json, "sha256", hold->sha256);
		text_member(json, "reason", hold->reason);
		time_member(json, "since", hold->since);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_last(JsonBuilder *json, const KpRecord *last)
{
	json_builder_set_member_name(json, "last");
	if (last == NULL) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	time_member(json, "at", last->at);
	text_member(json, "action", last->action);
	text_member(json, "name", last->name);
	text_member(json, "version", last->version);
	text_member(json, "result", last->result);
	text_member(json, "detail", last->detail);
	json_builder_end_object(json);
}

static void add_kernel(JsonBuilder *json, const KpStatus *status, const KpStatusKernel *kernel)
{
	json_builder_begin_object(json);
	text_member(json, "kernel", kernel->kver);
	flag_member(json, "running", kernel->running);
	text_member(json, "package", kernel->package);
	text_member(json, "state", kernel->word);
	add_packages(json, kernel);
	add_files(json, kernel);
	add_live(json, status, kernel);
	add_holds(json, kernel);
	add_last(json, kernel->last);
	json_builder_end_object(json);
}

char *kp_status_json(const KpStatus *status)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_autoptr(JsonNode) tree = NULL;
	g_autofree char *text = NULL;

	json_builder_begin_object(json);
	json_builder_set_member_name(json, "schema");
	json_builder_add_int_value(json, 1);
	text_member(json, "running", status->host->kver);
	begin_list(json, "kernels");
	for (guint i = 0; i < status->kernels->len; i++)
		add_kernel(json, status, g_ptr_array_index(status->kernels, i));
	json_builder_end_array(json);
	begin_list(json, "problems");
	for (guint i = 0; i < status->problems->len; i++)
		json_builder_add_string_value(json, g_ptr_array_index(status->problems, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
	tree = json_builder_get_root(json);
	text = json_to_string(tree, TRUE);
	return g_strconcat(text, "\n", NULL);
}
