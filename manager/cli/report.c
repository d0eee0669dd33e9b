/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <errno.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/out.h"
#include "cli/signature.h"

/* what takes no longer is not worth a word */
#define PROGRESS_AFTER_MS 1000

void kp_say(const KpOptions *options, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (options->quiet || options->json)
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	kp_out("%s\n", text);
}

void kp_warn(const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	kp_err("%s: warning: %s\n", program_invocation_short_name, text);
}

void kp_warn_all(const GPtrArray *texts)
{
	for (guint i = 0; i < texts->len; i++)
		kp_warn("%s", (const char *)g_ptr_array_index(texts, i));
}

void kp_report_error(const GError *error)
{
	kp_err("%s: %s\n", program_invocation_short_name, error->message);
}

void kp_report_steps(const KpPlan *plan)
{
	for (guint i = 0; i < plan->steps->len; i++) {
		g_autofree char *text = kp_step_text(&g_array_index(plan->steps, KpStep, i));

		kp_out("  %s\n", text);
	}
}

void kp_say_signer(const KpOptions *options, const KpPatch *patch)
{
	const KpSignOutcome *signature = patch->signature;

	if (signature != NULL && signature->verdict == KP_VERDICT_GOOD)
		kp_say(options, "Signed by %s (%s).", signature->subject, signature->certificate);
}

static void add_target(KpJson *json, const KpPatch *target)
{
	if (target == NULL) {
		kp_json_text(json, "target", NULL);
		return;
	}
	kp_json_object(json, "target");
	kp_json_text(json, "name", target->name);
	kp_json_text(json, "version", target->version);
	kp_json_text(json, "kernel", target->kver);
	kp_json_text(json, "backend", kp_backend_word(target->backend));
	kp_json_text(json, "path", target->path);
	kp_json_text(json, "sha256", kp_patch_sha256(target));
	kp_json_list(json, "cves");
	for (char **cve = target->cves; *cve != NULL; cve++)
		kp_json_text(json, NULL, *cve);
	kp_json_list_end(json);
	kp_json_object_end(json);
}

static void add_steps(KpJson *json, const KpPlan *plan)
{
	kp_json_list(json, "steps");
	for (guint i = 0; plan != NULL && i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);

		kp_json_object(json, NULL);
		kp_json_text(json, "step", kp_step_word(step));
		kp_json_text(json, "name", step->name);
		kp_json_text(json, "version", step->version);
		kp_json_object_end(json);
	}
	kp_json_list_end(json);
}

void kp_report_json(const KpOutcome *outcome)
{
	g_autoptr(KpJson) json = kp_json_begin();
	g_autofree char *text = NULL;

	kp_json_text(json, "action", outcome->action);
	kp_json_text(json, "kernel", outcome->kver);
	kp_json_text(json, "result", outcome->result);
	add_target(json, outcome->plan != NULL ? outcome->plan->target : NULL);
	kp_json_signature(json, outcome->patch != NULL ? outcome->patch->signature : NULL);
	add_steps(json, outcome->plan);
	kp_json_texts(json, "reasons", outcome->reasons);
	kp_json_texts(json, "warnings", outcome->warnings);
	kp_json_text(json, "error", outcome->error != NULL ? outcome->error->message : NULL);
	text = kp_json_end(json);
	kp_out_clean(text);
}

static void show_progress(const char *what, gint64 waited_ms, gpointer data)
{
	gint64 *shown = data;

	if (waited_ms < PROGRESS_AFTER_MS || waited_ms / 1000 == *shown)
		return;
	*shown = waited_ms / 1000;
	kp_err_line("%s, %" G_GINT64_FORMAT " s ", what, *shown);
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
		kp_err_line_end();
	progress->shown = 0;
}
