/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history: what was done to the kernel, and how it went. */
#include "base/error.h"
#include "base/state.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/table.h"

/* records shown when nobody says how many */
#define USUAL_LIMIT 20

static char *local_time(gint64 seconds)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);

	return time != NULL ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S") : g_strdup("?");
}

static void print_table(const GPtrArray *records)
{
	static const char *const heads[] = { "TIME", "KERNEL", "ACTION", "RELEASE", "RESULT",
					     "PATCH", "SIGNER", "DETAIL", NULL };
	g_autoptr(KpTable) table = kp_table_new(heads);
	g_autofree char *text = NULL;

	for (guint i = 0; i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);
		g_autofree char *at = local_time(record->at);
		const char *cells[] = { at, record->kver, record->action,
					*record->name == '\0' ? "none" : record->version,
					record->result,
					*record->name != '\0' ? record->name : NULL, *record->signer != '\0' ? record->signer : NULL,
					record->detail };

		kp_table_add(table, cells, NULL);
	}
	text = kp_table_text(table, FALSE);
	kp_out_clean(records->len > 0 ? text : "Nothing was recorded yet.\n");
}

static void add_record(KpJson *json, const KpRecord *record)
{
	kp_json_object(json, NULL);
	kp_json_time(json, "at", record->at);
	kp_json_text(json, "boot", record->boot_id);
	kp_json_text(json, "kernel", record->kver);
	kp_json_text(json, "action", record->action);
	kp_json_text(json, "name", record->name);
	kp_json_text(json, "version", record->version);
	kp_json_text(json, "sha256", record->sha256);
	kp_json_text(json, "backend", record->backend);
	kp_json_text(json, "result", record->result);
	kp_json_text(json, "detail", record->detail);
	kp_json_text(json, "signer", *record->signer != '\0' ? record->signer : NULL);
	kp_json_text(json, "signer_sha256",
		     *record->signer_sha256 != '\0' ? record->signer_sha256 : NULL);
	kp_json_text(json, "origin", *record->origin != '\0' ? record->origin : NULL);
	kp_json_object_end(json);
}

static void print_json(const GPtrArray *records)
{
	g_autoptr(KpJson) json = kp_json_begin();
	g_autofree char *text = NULL;

	kp_json_list(json, "history");
	for (guint i = 0; i < records->len; i++)
		add_record(json, g_ptr_array_index(records, i));
	kp_json_list_end(json);
	text = kp_json_end(json);
	kp_out_clean(text);
}

static gboolean read_limit(const KpOptions *options, gint64 *limit, GError **error)
{
	guint64 number;

	*limit = USUAL_LIMIT;
	if (options->limit == NULL)
		return TRUE;
	if (!g_ascii_string_to_unsigned(options->limit, 10, 0, G_MAXINT32, &number, NULL)) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "--limit wants a number, 0 for all, and this is none: %s", options->limit);
		return FALSE;
	}
	*limit = (gint64)number;
	return TRUE;
}

int kp_command_history(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpState) state = NULL;
	g_autoptr(GPtrArray) records = NULL;
	gint64 limit;

	if (!read_limit(options, &limit, error))
		return -1;
	state = kp_state_open(options->root, FALSE, error);
	if (state != NULL)
		records = kp_state_history(state, options->kernel, limit, error);
	if (records == NULL)
		return -1;
	if (kp_state_exposed(state) != NULL)
		kp_warn("%s", kp_state_exposed(state));
	if (options->json)
		print_json(records);
	else
		print_table(records);
	return KP_EXIT_DONE;
}
