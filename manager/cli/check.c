/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: which patch each kernel should have, from what repositories offer. */
#include "cli/check.h"

#include "base/arriving.h"
#include "base/available-note.h"
#include "base/error.h"
#include "base/solve-api.h"
#include "base/version.h"
#include "cli/barred.h"
#include "cli/command.h"
#include "cli/out.h"
#include "cli/plugin.h"
#include "cli/report.h"
#include "cli/table.h"

void kp_check_clear(KpCheck *check)
{
	g_clear_pointer(&check->plan, kp_update_plan_free);
	g_clear_pointer(&check->repositories, kp_repositories_free);
	g_clear_pointer(&check->status, kp_status_free);
	g_clear_pointer(&check->signers, g_hash_table_unref);
	g_clear_pointer(&check->warnings, g_ptr_array_unref);
}

const KpUpdateStep *kp_check_step(const KpCheck *check, const KpUpdateKernel *kernel)
{
	const KpUpdatePlan *plan = check->plan;

	for (guint i = 0; kernel->best != NULL && i < plan->steps->len; i++) {
		const KpUpdateStep *step = g_ptr_array_index(plan->steps, i);

		if (g_str_equal(step->package->name, kernel->best->name) &&
		    g_str_equal(step->package->evr, kernel->best->evr) &&
		    step->kind != KP_STEP_ERASE)
			return step;
	}
	return NULL;
}

KpCoverage kp_check_coverage(const KpCheck *check, const KpUpdateKernel *kernel)
{
	const KpSettings *settings = check->status->settings;

	return kp_coverage_find((const char *const *)settings->coverage_until, kernel->kver,
				kernel->until, g_get_real_time() / G_USEC_PER_SEC,
				settings->coverage_warn_days);
}

const char *kp_check_word(const KpUpdateKernel *kernel)
{
	if (kernel->best != NULL)
		return "update-available";
	return kernel->patched ? "up-to-date" : "uncovered";
}

KpUpdatePlan *kp_check_plan(const KpStatus *status, const KpRepositories *repositories,
			    const KpOptions *options, GPtrArray *warnings, GError **error)
{
	const KpSolveApi *api = kp_plugin_symbol(KP_SOLVE_PLUGIN, KP_SOLVE_SYMBOL, error);
	g_autoptr(GPtrArray) barred = kp_barred_read(status);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_read(options->root, warnings);
	const KpUpdateRequest request = {
		.root = options->root,
		.rpmdb = status->settings->rpmdb,
		.globs = (const char *const *)status->settings->patch_globs,
		.repos = repositories->data,
		.barred = barred,
		.locks = locks,
		.running = status->host->kver,
		.live = kp_status_live_release(status),
		.kernel = options->kernel,
		.all = options->kernel == NULL,
	};

	if (api == NULL) {
		g_prefix_error(error, "packages cannot be planned: ");
		return NULL;
	}
	return api->plan(&request, error);
}

static void take_warnings(KpCheck *check, const char *root)
{
	char *killed = kp_arriving_warning(root);

	if (killed != NULL)
		g_ptr_array_add(check->warnings, killed);
	for (guint i = 0; i < check->plan->warnings->len; i++)
		g_ptr_array_add(check->warnings,
				g_strdup(g_ptr_array_index(check->plan->warnings, i)));
}

gboolean kp_check_read(KpCheck *check, const KpOptions *options, GError **error)
{
	check->warnings = g_ptr_array_new_with_free_func(g_free);
	check->signers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	check->status = kp_status_read_files(options->root, NULL, error);
	if (check->status == NULL)
		return FALSE;
	check->repositories = kp_repositories_read(options, check->status->settings,
						   options->refresh ? KP_REFRESH_ALWAYS : KP_REFRESH_STALE,
						   check->warnings, error);
	if (check->repositories == NULL)
		return FALSE;
	check->plan = kp_check_plan(check->status, check->repositories, options, check->warnings,
				    error);
	if (check->plan == NULL)
		return FALSE;
	take_warnings(check, options->root);
	kp_check_details(check, options);
	/* status shows it from now on; who may not write there has seen it at least */
	if (check->plan->problems->len == 0)
		kp_available_note(options->root, check->plan, check->repositories->data,
				  options->kernel == NULL, NULL);
	return TRUE;
}

int kp_command_check(const KpOptions *options, char **words, GError **error)
{
	g_auto(KpCheck) check = { NULL, NULL, NULL, NULL, NULL };
	g_autofree char *text = NULL;

	if (!kp_check_read(&check, options, error))
		return -1;
	if (options->kernel != NULL && check.plan->kernels->len == 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s",
			    (const char *)g_ptr_array_index(check.plan->problems, 0));
		return -1;
	}
	text = options->json ? kp_check_json(&check) : kp_check_text(&check, kp_table_colour_wanted());
	if (options->json || !options->quiet)
		kp_out_clean(text);
	if (!options->json)
		kp_warn_all(check.warnings);
	return KP_EXIT_DONE;
}
