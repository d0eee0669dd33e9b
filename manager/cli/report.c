/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <unistd.h>

/* what takes no longer is not worth a word */
#define PROGRESS_AFTER_MS 1000

void kp_say(const KpOptions *options, const char *format, ...)
{
	va_list args;

	if (options->quiet || options->json)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void kp_warn(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("kpatch-manager: warning: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void kp_warn_all(const GPtrArray *texts)
{
	for (guint i = 0; i < texts->len; i++)
		kp_warn("%s", (const char *)g_ptr_array_index(texts, i));
}

void kp_report_error(const GError *error)
{
	fflush(stdout);
	fprintf(stderr, "kpatch-manager: %s\n", error->message);
}

void kp_report_steps(const KpPlan *plan)
{
	for (guint i = 0; i < plan->steps->len; i++) {
		g_autofree char *text = kp_step_text(&g_array_index(plan->steps, KpStep, i));

		printf("  %s\n", text);
	}
}

static void add_text(JsonBuilder *json, const char *key, const char *value)
{
	json_builder_set_member_name(json, key);
	if (value != NULL)
		json_builder_add_string_value(json, value);
	else
		json_builder_add_null_value(json);
}

static void add_texts(JsonBuilder *json, const char *key, const GPtrArray *texts)
{
	json_builder_set_member_name(json, key);
	json_builder_begin_array(json);
	for (guint i = 0; texts != NULL && i < texts->len; i++)
		json_builder_add_string_value(json, g_ptr_array_index(texts, i));
	json_builder_end_array(json);
}

static void add_target(JsonBuilder *json, const KpPatch *target)
{
	json_builder_set_member_name(json, "target");
	if (target == NULL) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	add_text(json, "name", target->name);
	add_text(json, "version", target->version);
	add_text(json, "kernel", target->kver);
	add_text(json, "backend", kp_backend_word(target->backend));
	add_text(json, "path", target->path);
	add_text(json, "sha256", kp_patch_sha256(target));
	json_builder_set_member_name(json, "cves");
	json_builder_begin_array(json);
	for (char **cve = target->cves; *cve != NULL; cve++)
		json_builder_add_string_value(json, *cve);
	json_builder_end_array(json);
	json_builder_end_object(json);
}

static void add_steps(JsonBuilder *json, const KpPlan *plan)
{
	json_builder_set_member_name(json, "steps");
	json_builder_begin_array(json);
	for (guint i = 0; plan != NULL && i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);

		json_builder_begin_object(json);
		add_text(json, "step", kp_step_word(step));
		add_text(json, "name", step->name);
		add_text(json, "version", step->version);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

void kp_report_json(const KpOutcome *outcome)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_autoptr(JsonNode) tree = NULL;
	g_autofree char *text = NULL;

	json_builder_begin_object(json);
	json_builder_set_member_name(json, "schema");
	json_builder_add_int_value(json, 1);
	add_text(json, "action", outcome->action);
	add_text(json, "kernel", outcome->kver);
	add_text(json, "result", outcome->result);
	add_target(json, outcome->plan != NULL ? outcome->plan->target : NULL);
	add_steps(json, outcome->plan);
	add_texts(json, "reasons", outcome->reasons);
	add_texts(json, "warnings", outcome->warnings);
	add_text(json, "error", outcome->error != NULL ? outcome->error->message : NULL);
	json_builder_end_object(json);
	tree = json_builder_get_root(json);
	text = json_to_string(tree, TRUE);
	puts(text);
}

static void show_progress(const char *what, gint64 waited_ms, gpointer data)
{
	gint64 *shown = data;

	if (waited_ms < PROGRESS_AFTER_MS || waited_ms / 1000 == *shown)
		return;
	*shown = waited_ms / 1000;
	fprintf(stderr, "\r%s, %" G_GINT64_FORMAT " s \033[K", what, *shown);
}

void kp_progress_init(KpProgress *progress, const KpOptions *options)
{
	progress->shown = 0;
	progress->watch.stop = options->stop;
	progress->watch.progress =
		!options->quiet && isatty(STDERR_FILENO) ? show_progress : NULL;
	progress->watch.data = &progress->shown;
}

void kp_progress_end(KpProgress *progress)
{
	if (progress->shown != 0)
		fputs("\r\033[K", stderr);
	progress->shown = 0;
}
