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

/* what is not good: after so many it is for who runs the repository to look at it */
#define MOST_PASSED 32

void kp_check_clear(KpCheck *check)
{
	g_clear_pointer(&check->plan, kp_update_plan_free);
	g_clear_pointer(&check->repositories, kp_repositories_free);
	g_clear_pointer(&check->status, kp_status_free);
	g_clear_pointer(&check->asked, g_ptr_array_unref);
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

/* Who knows of nothing newer has to know something. */
static gboolean is_known(const KpCheck *check)
{
	return check->repositories->data->len > 0 && check->repositories->unknown->len == 0;
}

const char *kp_check_word(const KpCheck *check, const KpUpdateKernel *kernel)
{
	if (kernel->best != NULL)
		return "update-available";
	if (!is_known(check))
		return "unknown";
	return kernel->patched ? "up-to-date" : "uncovered";
}

/* @passed is that of @request. */
static KpUpdatePlan *plan_passing(const KpSolveApi *api, const KpStatus *status,
				  const KpUpdateRequest *request, GPtrArray *passed,
				  GPtrArray *asked, GError **error)
{
	KpPackagePolicy policy = (KpPackagePolicy)status->settings->verify_packages;
	KpUpdatePlan *plan = api->plan(request, error);

	while (plan != NULL && passed->len < MOST_PASSED &&
	       kp_details_pass(request->root, plan, policy, passed, asked)) {
		kp_update_plan_free(plan);
		plan = api->plan(request, error);
	}
	return plan;
}

KpUpdatePlan *kp_check_plan(const KpStatus *status, const KpRepositories *repositories,
			    const KpOptions *options, GPtrArray *asked,
			    GPtrArray *warnings, GError **error)
{
	const KpSolveApi *api = kp_plugin_symbol(KP_SOLVE_PLUGIN, KP_SOLVE_SYMBOL, error);
	g_autoptr(GPtrArray) barred = kp_barred_read(status);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_read(options->root, warnings);
	g_autoptr(GPtrArray) passed = g_ptr_array_new_with_free_func((GDestroyNotify)kp_passed_free);
	const KpUpdateRequest request = {
		.root = options->root,
		.packager = kp_packager(options->root),
		.rpmdb = status->settings->rpmdb,
		.globs = (const char *const *)status->settings->patch_globs,
		.repos = repositories->data,
		.barred = barred,
		.locks = locks,
		.running = status->host->kver,
		.live = kp_status_live_release(status),
		.kernel = options->kernel,
		.all = options->kernel == NULL,
		.passed = passed,
	};

	if (api == NULL) {
		g_prefix_error(error, "packages cannot be planned: ");
		return NULL;
	}
	return plan_passing(api, status, &request, passed, asked, error);
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

/* What would be taken is looked at, as far as its header goes; and if it is not good, what
 * would be taken in its place. */
static gboolean plan_with_details(KpCheck *check, const KpOptions *options, GError **error)
{
	KpPackagePolicy policy = (KpPackagePolicy)check->status->settings->verify_packages;
	g_autoptr(GPtrArray) bad = g_ptr_array_new_with_free_func((GDestroyNotify)kp_passed_free);
	guint warnings = check->warnings->len;

	do {
		g_ptr_array_set_size(check->warnings, warnings);
		kp_update_plan_free(check->plan);
		check->plan = kp_check_plan(check->status, check->repositories, options,
					    check->asked, check->warnings, error);
		if (check->plan == NULL)
			return FALSE;
		kp_check_details(check, options);
	} while (bad->len < MOST_PASSED &&
		 kp_details_pass(options->root, check->plan, policy, bad, NULL));
	return TRUE;
}

static int code_of(const KpCheck *check)
{
	for (guint i = 0; i < check->plan->kernels->len; i++)
		if (g_str_equal(kp_check_word(check, g_ptr_array_index(check->plan->kernels, i)), "unknown"))
			return KP_EXIT_CHECK_UNKNOWN;
	return KP_EXIT_DONE;
}

gboolean kp_check_read(KpCheck *check, const KpOptions *options, GError **error)
{
	check->warnings = g_ptr_array_new_with_free_func(g_free);
	check->asked = g_ptr_array_new_with_free_func(g_free);
	check->signers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	check->status = kp_status_read_files(options->root, NULL, error);
	if (check->status == NULL)
		return FALSE;
	check->repositories = kp_repositories_read(options, check->status->settings,
						   options->refresh ? KP_REFRESH_ALWAYS : KP_REFRESH_STALE,
						   check->warnings, error);
	if (check->repositories == NULL)
		return FALSE;
	if (!plan_with_details(check, options, error))
		return FALSE;
	take_warnings(check, options->root);
	kp_repositories_tell_standing(check->repositories, check->plan,
				      check->status->settings->stale_days, check->warnings);
	/* status shows it from now on, and until then what was known before; who may not
	 * write there has seen it at least */
	if (check->plan->problems->len == 0 && code_of(check) == KP_EXIT_DONE)
		kp_available_note(options->root, check->plan, check->repositories->data,
				  options->kernel == NULL, NULL);
	return TRUE;
}

int kp_command_check(const KpOptions *options, char **words, GError **error)
{
	g_auto(KpCheck) check = { .plan = NULL };
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
	return code_of(&check);
}
