/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one place of kpatch-sign that speaks of files. */
#include <json-glib/json-glib.h>
#include <stdio.h>

#include "base/error.h"
#include "base/names.h"
#include "signing/kpatch-sign.h"

typedef struct {
	char *path;
	const char *result;
	KpSignOutcome *outcome;
	GError *error;
} KpSignRow;

/* The one way out, as cli/out.h of kpatch-manager is: what strangers wrote is made
 * harmless for a terminal. */
void kp_sign_say(const char *format, ...)
{
	g_autofree char *text = NULL, *clean = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	clean = kp_text_lines(text);
	fputs(clean, stdout);
}

G_GNUC_PRINTF(1, 2)
static void complain(const char *format, ...)
{
	g_autofree char *text = NULL, *clean = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	clean = kp_text_lines(text);
	fflush(stdout);
	fprintf(stderr, "kpatch-sign: %s\n", clean);
}

static void row_free(gpointer data)
{
	KpSignRow *row = data;

	g_free(row->path);
	kp_sign_outcome_free(row->outcome);
	g_clear_error(&row->error);
	g_free(row);
}

void kp_sign_report_init(KpSignReport *report, const KpSignOptions *options,
			 const char *command, const char *done)
{
	*report = (KpSignReport){ options, command, done, NULL, 0, KP_EXIT_DONE };
	report->rows = g_ptr_array_new_with_free_func(row_free);
}

static void add_row(KpSignReport *report, const char *path, const char *result,
		    KpSignOutcome *outcome, GError *error)
{
	KpSignRow *row = g_new0(KpSignRow, 1);

	row->path = g_filename_display_name(path);
	row->result = result;
	row->outcome = outcome;
	row->error = error;
	g_ptr_array_add(report->rows, row);
}

void kp_sign_report_good(KpSignReport *report, const char *path, const char *result,
			 const char *line, KpSignOutcome *outcome)
{
	add_row(report, path, result, outcome, NULL);
	report->good++;
	if (line != NULL && !report->options->quiet && !report->options->json)
		kp_sign_say("%s: %s\n", path, line);
}

/* What failed weighs more than what was refused: it may have been good. */
void kp_sign_report_bad(KpSignReport *report, const char *path, KpSignOutcome *outcome,
			GError *error)
{
	int code = kp_error_exit_code(error);

	add_row(report, path, outcome != NULL ? kp_verdict_word(outcome->verdict) :
		kp_error_word(error), outcome, error);
	if (report->exit_code == KP_EXIT_DONE || code == KP_EXIT_FAILED)
		report->exit_code = code;
	if (!report->options->json)
		complain("%s: %s", path, error->message);
}

static void add_text(JsonBuilder *json, const char *key, const char *value)
{
	g_autofree char *valid = value != NULL ? g_utf8_make_valid(value, -1) : NULL;

	json_builder_set_member_name(json, key);
	if (value != NULL)
		json_builder_add_string_value(json, valid);
	else
		json_builder_add_null_value(json);
}

static void add_number(JsonBuilder *json, const char *key, gint64 value)
{
	json_builder_set_member_name(json, key);
	json_builder_add_int_value(json, value);
}

static void add_element(JsonBuilder *json, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);

	json_builder_add_string_value(json, valid);
}

static void add_texts(JsonBuilder *json, const char *key, const GPtrArray *texts)
{
	json_builder_set_member_name(json, key);
	json_builder_begin_array(json);
	for (guint i = 0; texts != NULL && i < texts->len; i++)
		add_element(json, g_ptr_array_index(texts, i));
	json_builder_end_array(json);
}

static void add_signature(JsonBuilder *json, const KpSignOutcome *outcome)
{
	json_builder_set_member_name(json, "signature");
	if (outcome->algorithm == NULL) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	add_text(json, "digest", outcome->digest);
	add_text(json, "algorithm", outcome->algorithm);
	add_text(json, "issuer", outcome->issuer);
	add_text(json, "serial", outcome->serial);
	add_text(json, "key_id", outcome->named_key);
	json_builder_end_object(json);
}

static void add_signer(JsonBuilder *json, const KpSignOutcome *outcome)
{
	json_builder_set_member_name(json, "signer");
	if (outcome->subject == NULL) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	add_text(json, "subject", outcome->subject);
	add_text(json, "fingerprint", outcome->fingerprint);
	add_text(json, "key_id", outcome->key_id);
	add_text(json, "certificate", outcome->certificate);
	add_number(json, "not_after", outcome->not_after);
	json_builder_end_object(json);
}

static void add_file(JsonBuilder *json, const KpSignRow *row)
{
	json_builder_begin_object(json);
	add_text(json, "path", row->path);
	add_text(json, "result", row->result);
	add_text(json, "error", row->error != NULL ? row->error->message : NULL);
	if (row->outcome != NULL) {
		add_number(json, "size", row->outcome->size);
		add_number(json, "payload_size", row->outcome->payload);
		add_text(json, "sha256", row->outcome->file_sha256);
		add_text(json, "payload_sha256", row->outcome->payload_sha256);
		add_texts(json, "inner_sha256", row->outcome->inner_sha256);
		add_signature(json, row->outcome);
		add_signer(json, row->outcome);
	}
	json_builder_end_object(json);
}

static void print_json(const KpSignReport *report, const GPtrArray *warnings)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_autoptr(JsonNode) node = NULL;
	g_autofree char *text = NULL, *clean = NULL;

	json_builder_begin_object(json);
	add_number(json, "schema", 1);
	add_text(json, "command", report->command);
	json_builder_set_member_name(json, "files");
	json_builder_begin_array(json);
	for (guint i = 0; i < report->rows->len; i++)
		add_file(json, g_ptr_array_index(report->rows, i));
	json_builder_end_array(json);
	add_number(json, "good", report->good);
	add_number(json, "bad", report->rows->len - report->good);
	add_texts(json, "warnings", warnings);
	json_builder_end_object(json);
	node = json_builder_get_root(json);
	text = json_to_string(node, TRUE);
	clean = kp_text_json(text);
	kp_sign_say("%s\n", clean);
}

int kp_sign_report_end(KpSignReport *report, const GPtrArray *warnings)
{
	if (report->options->json)
		print_json(report, warnings);
	else if (report->rows->len > 1 && !report->options->quiet)
		kp_sign_say("%u of %u files %s.\n", report->good, report->rows->len, report->done);
	g_ptr_array_unref(report->rows);
	return report->exit_code;
}

void kp_sign_warn_all(const KpSignOptions *options, const GPtrArray *warnings)
{
	if (options->json)
		return;
	for (guint i = 0; i < warnings->len; i++)
		complain("WARNING: %s", (const char *)g_ptr_array_index(warnings, i));
}

void kp_sign_report_error(const GError *error)
{
	complain("%s", error->message);
}
