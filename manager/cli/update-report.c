/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What update would do or did, for people and for programs. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "cli/json.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/update.h"

static const KpChosen *chosen_of(const KpUpdate *update, const KpUpdateStep *step)
{
	for (guint i = 0; i < update->chosen->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(update->chosen, i);

		if (chosen->step == step)
			return chosen;
	}
	return NULL;
}

const char *kp_update_kernel_of(const KpUpdate *update, const KpUpdateStep *step)
{
	const KpChosen *chosen = chosen_of(update, step);

	if (chosen != NULL && chosen->header != NULL)
		return chosen->header->kver;
	for (guint i = 0; i < update->plan->kernels->len; i++) {
		const KpUpdateKernel *kernel = g_ptr_array_index(update->plan->kernels, i);

		if (kernel->best != NULL && g_str_equal(kernel->best->name, step->package->name))
			return kernel->kver;
	}
	return NULL;
}

static char *signer_text(const KpPackageHeader *header)
{
	g_autofree char *who = NULL;

	switch (header->signature) {
	case KP_SIGNED_GOOD:
		return header->signer == NULL ? g_strdup_printf("signed by the key %s", header->key_id)
			: g_strdup_printf("signed by %s (%s)", header->signer, header->key_id);
	case KP_SIGNED_UNKNOWN:
		return g_strdup_printf("signed by a key that is not known here, %s", header->key_id);
	default:
		return g_strdup("not signed");
	}
}

static void show_displaced(const KpUpdateStep *step)
{
	for (guint i = 0; step->displaces != NULL && i < step->displaces->len; i++) {
		g_autofree char *clean = kp_text_printable(g_ptr_array_index(step->displaces, i));

		kp_out("      takes the place of %s\n", clean);
	}
}

static void show_step(const KpUpdate *update, const KpUpdateStep *step)
{
	const KpChosen *chosen = chosen_of(update, step);
	g_autofree char *nevra = kp_package_nevra(step->package);
	g_autofree char *name = kp_text_printable(nevra);
	g_autofree char *size = g_format_size_full(step->package->size, G_FORMAT_SIZE_IEC_UNITS);
	const char *kernel = kp_update_kernel_of(update, step);

	kp_out("  %s %s", kp_update_step_word(step->kind), name);
	if (step->replaces != NULL && step->kind != KP_STEP_REINSTALL) {
		g_autofree char *replaces = kp_text_printable(step->replaces);

		kp_out(" in place of %s", replaces);
	}
	if (kernel != NULL)
		kp_out(", for kernel %s", kernel);
	if (step->package->repo != NULL)
		kp_out(", from %s", step->package->repo->id);
	if (step->kind != KP_STEP_ERASE)
		kp_out(" (%s)", size);
	kp_out("\n");
	show_displaced(step);
	if (chosen != NULL && chosen->header != NULL) {
		g_autofree char *signer = signer_text(chosen->header);

		kp_out("      %s\n", signer);
	}
}

static void show_cves(char **cves)
{
	g_autofree char *text = g_strjoinv(" ", cves);
	g_autofree char *clean = kp_text_printable(text);

	if (*clean != '\0')
		kp_out("      adds %s\n", clean);
}

/* What was not taken for a kernel, and why; or that there is nothing for it. */
void kp_update_say_kernels(const KpUpdate *update)
{
	for (guint i = 0; i < update->plan->kernels->len; i++) {
		const KpUpdateKernel *kernel = g_ptr_array_index(update->plan->kernels, i);

		if (!kernel->covered)
			kp_say(update->options, "No repository has a patch for kernel %s.", kernel->kver);
		for (guint k = 0; k < kernel->passed->len; k++) {
			g_autofree char *why = kp_text_printable(g_ptr_array_index(kernel->passed, k));

			kp_say(update->options, "Kernel %s, not taken: %s", kernel->kver, why);
		}
	}
}

void kp_update_show(const KpUpdate *update)
{
	if (update->options->quiet || update->options->json)
		return;
	kp_out("update would:\n");
	for (guint i = 0; i < update->plan->steps->len; i++) {
		const KpUpdateStep *step = g_ptr_array_index(update->plan->steps, i);

		show_step(update, step);
		for (guint k = 0; k < update->plan->kernels->len; k++) {
			const KpUpdateKernel *kernel = g_ptr_array_index(update->plan->kernels, k);

			if (kernel->best != NULL && kernel->cves != NULL &&
			    g_str_equal(kernel->best->name, step->package->name))
				show_cves(kernel->cves);
		}
	}
	for (guint i = 0; i < update->found->damage->len; i++)
		kp_out("  repair: %s\n", (char *)g_ptr_array_index(update->found->damage, i));
}

static const char *signature_word(KpSigned signature)
{
	switch (signature) {
	case KP_SIGNED_GOOD: return "good";
	case KP_SIGNED_UNKNOWN: return "unknown-key";
	default: return "none";
	}
}

static void add_header(KpJson *json, const KpPackageHeader *header)
{
	if (header == NULL) {
		kp_json_text(json, "signature", NULL);
		return;
	}
	kp_json_object(json, "signature");
	kp_json_text(json, "verdict", signature_word(header->signature));
	kp_json_text(json, "key_id", header->key_id);
	kp_json_text(json, "signer", header->signer);
	kp_json_object_end(json);
	kp_json_list(json, "cves");
	for (char **cve = header->cves; *cve != NULL; cve++)
		kp_json_text(json, NULL, *cve);
	kp_json_list_end(json);
}

static void add_step(KpJson *json, const KpUpdate *update, const KpUpdateStep *step)
{
	const KpChosen *chosen = chosen_of(update, step);

	kp_json_object(json, NULL);
	kp_json_text(json, "step", kp_update_step_word(step->kind));
	kp_json_text(json, "name", step->package->name);
	kp_json_text(json, "evr", step->package->evr);
	kp_json_text(json, "arch", step->package->arch);
	kp_json_text(json, "replaces", step->replaces);
	kp_json_texts(json, "displaces", step->displaces);
	kp_json_text(json, "kernel", kp_update_kernel_of(update, step));
	kp_json_text(json, "repository", step->package->repo != NULL ? step->package->repo->id : NULL);
	kp_json_number(json, "size", (gint64)step->package->size);
	add_header(json, chosen != NULL ? chosen->header : NULL);
	kp_json_object_end(json);
}

static void add_kernel(KpJson *json, const KpUpdateKernel *kernel)
{
	kp_json_object(json, NULL);
	kp_json_text(json, "kernel", kernel->kver);
	kp_json_flag(json, "running", kernel->running);
	kp_json_text(json, "installed", kernel->installed);
	kp_json_flag(json, "covered", kernel->covered);
	kp_json_texts(json, "passed", kernel->passed);
	kp_json_object_end(json);
}

void kp_update_json(const KpUpdate *update, const char *result, const GError *error)
{
	g_autoptr(KpJson) json = NULL;
	g_autofree char *text = NULL;

	if (!update->options->json)
		return;
	json = kp_json_begin();
	kp_json_text(json, "action", "update");
	kp_json_text(json, "result", result);
	kp_json_list(json, "steps");
	for (guint i = 0; i < update->plan->steps->len; i++)
		add_step(json, update, g_ptr_array_index(update->plan->steps, i));
	kp_json_list_end(json);
	kp_json_list(json, "kernels");
	for (guint i = 0; i < update->plan->kernels->len; i++)
		add_kernel(json, g_ptr_array_index(update->plan->kernels, i));
	kp_json_list_end(json);
	kp_json_texts(json, "repairs", update->found->damage);
	kp_json_texts(json, "problems", update->plan->problems);
	kp_json_text(json, "sync", update->sync);
	kp_json_texts(json, "warnings", update->warnings);
	kp_json_text(json, "error", error != NULL ? error->message : NULL);
	text = kp_json_end(json);
	kp_out_clean(text);
}

static gboolean was_stopped(const KpOptions *options)
{
	return options->stop != NULL && *options->stop != 0;
}

/* A signal that comes between two looks at it ends no read, which the kernel begins
 * anew: so there is none before there is something to read. */
static gboolean wait_for_answer(const KpOptions *options)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int ready = 0;

	while (ready <= 0 && !was_stopped(options)) {
		ready = poll(&input, 1, 100);
		if (ready < 0 && errno != EINTR)
			return FALSE;
	}
	return ready > 0;
}

/* What comes behind the end of a line that is not "y" or "yes" counts as no. */
gboolean kp_update_ask(const KpOptions *options, const char *question)
{
	char answer[16];

	kp_err("%s [y/N] ", question);
	if (!wait_for_answer(options) || fgets(answer, sizeof(answer), stdin) == NULL) {
		kp_err("\n");
		return FALSE;
	}
	g_strstrip(answer);
	return g_ascii_strcasecmp(answer, "y") == 0 || g_ascii_strcasecmp(answer, "yes") == 0;
}

gboolean kp_update_interrupted(const KpOptions *options, GError **error)
{
	if (was_stopped(options))
		g_set_error_literal(error, KP_ERROR, KP_ERROR_BUSY, "interrupted; nothing was changed");
	return was_stopped(options);
}

gboolean kp_update_confirm(const KpUpdate *update, GError **error)
{
	if (update->options->yes)
		return TRUE;
	if (update->options->json) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
				    "with --json nobody is asked; add --yes to go ahead, or --dry-run to "
				    "see what would be done");
		return FALSE;
	}
	if (!isatty(STDIN_FILENO)) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
				    "there is no terminal to ask on; add --yes to go ahead, or --dry-run "
				    "to see what would be done");
		return FALSE;
	}
	if (kp_update_ask(update->options, "Go ahead?"))
		return TRUE;
	if (kp_update_interrupted(update->options, error))
		return FALSE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, "nobody said yes; nothing was changed");
	return FALSE;
}
