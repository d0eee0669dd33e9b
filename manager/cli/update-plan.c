/* SPDX-License-Identifier: GPL-2.0-or-later */
/* update without files: what the planner chooses from repositories, fetched. */
#include <unistd.h>

#include "base/error.h"
#include "base/fault.h"
#include "base/fetch-api.h"
#include "base/metadata.h"
#include "base/names.h"
#include "base/root.h"
#include "base/solve-api.h"
#include "cli/barred.h"
#include "cli/plugin.h"
#include "cli/update.h"
#include "live/live.h"

#define DOWNLOADS KP_CACHE_FOLDER "/packages"

static gboolean has_kernel(const KpUpdate *update, GError **error)
{
	const KpOptions *options = update->options;

	if (options->kernel != NULL || options->all_kernels || update->status->host->kver != NULL)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
			    "no kernel runs there; say which one with --kernel, or --all-kernels");
	return FALSE;
}

static void take_warnings(KpUpdate *update)
{
	for (guint i = 0; i < update->plan->warnings->len; i++)
		g_ptr_array_add(update->warnings,
				g_strdup(g_ptr_array_index(update->plan->warnings, i)));
}

static gboolean make_plan(KpUpdate *update, GError **error)
{
	const KpSolveApi *api = kp_plugin_symbol(KP_SOLVE_PLUGIN, KP_SOLVE_SYMBOL, error);
	g_autoptr(GPtrArray) barred = kp_barred_read(update->status);
	const KpLivePatch *live = kp_live_top(update->status->live);
	const KpUpdateRequest request = {
		.root = update->options->root,
		.rpmdb = update->settings->rpmdb,
		.globs = (const char *const *)update->settings->patch_globs,
		.repos = update->repositories->data,
		.barred = barred,
		.running = update->status->host->kver,
		.live = live != NULL ? live->version : NULL,
		.kernel = update->options->kernel,
		.all = update->options->all_kernels,
		.release = update->release,
	};
	KpUpdatePlan *plan = api != NULL ? api->plan(&request, error) : NULL;

	if (plan == NULL)
		return FALSE;
	kp_update_plan_free(update->plan);
	update->plan = plan;
	take_warnings(update);
	return TRUE;
}

static gboolean check_problems(const KpUpdate *update, GError **error)
{
	const GPtrArray *problems = update->plan->problems;
	g_autoptr(GString) text = g_string_new("nothing was changed:");

	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *line = kp_text_printable(g_ptr_array_index(problems, i));

		g_string_append_printf(text, "\n  - %s", line);
	}
	if (problems->len > 0)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED, text->str);
	return problems->len == 0;
}

static void choose_all(KpUpdate *update)
{
	for (guint i = 0; i < update->plan->steps->len; i++) {
		KpChosen *chosen = g_new0(KpChosen, 1);

		chosen->step = g_ptr_array_index(update->plan->steps, i);
		chosen->fd = -1;
		g_ptr_array_add(update->chosen, chosen);
	}
}

gboolean kp_update_take_best(KpUpdate *update, GError **error)
{
	if (!has_kernel(update, error))
		return FALSE;
	update->repositories = kp_repositories_read(update->options, update->options->refresh ?
						    KP_REFRESH_ALWAYS : KP_REFRESH_STALE,
						    update->warnings, error);
	if (update->repositories == NULL)
		return FALSE;
	if (update->repositories->data->len == 0) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "nothing is known of any repository; nothing was changed");
		return FALSE;
	}
	if (!make_plan(update, error) || !check_problems(update, error))
		return FALSE;
	choose_all(update);
	return TRUE;
}

/* Those that are not here yet. */
static GPtrArray *missing(const KpUpdate *update)
{
	GPtrArray *list = g_ptr_array_new();

	for (guint i = 0; i < update->chosen->len; i++) {
		KpChosen *chosen = g_ptr_array_index(update->chosen, i);

		if (chosen->fd < 0 && chosen->step->kind != KP_STEP_ERASE)
			g_ptr_array_add(list, chosen);
	}
	return list;
}

static gboolean fetch(const KpUpdate *update, const GPtrArray *wanted, GPtrArray *fds, GError **error)
{
	const KpFetchApi *api = kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, error);
	g_autofree char *folder = kp_root_path(update->options->root, DOWNLOADS);
	g_autoptr(GPtrArray) packages = g_ptr_array_new();
	gboolean ok;

	if (api == NULL)
		return FALSE;
	for (guint i = 0; i < wanted->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(wanted, i);

		g_ptr_array_add(packages, chosen->step->package);
	}
	ok = api->packages(update->options->root, packages,
			   update->options->download_only ? folder : NULL, fds, kp_update_progress,
			   (gpointer)update, update->options->stop, error);
	kp_update_progress_end();
	return ok;
}

static gboolean read_header(const KpUpdate *update, KpChosen *chosen, GError **error)
{
	g_autofree char *nevra = kp_package_nevra(chosen->step->package);
	g_autofree char *name = kp_text_printable(nevra), *why = NULL;

	chosen->header = update->api->header(update->options->root, update->settings->rpmdb,
					     chosen->fd, error);
	if (chosen->header == NULL) {
		g_prefix_error(error, "%s: ", name);
		return FALSE;
	}
	if (!g_str_equal(chosen->header->nevra, nevra)) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "%s: the repository has another package under that name; tell who runs it",
			    name);
		return FALSE;
	}
	why = kp_package_refusal(chosen->header, (const char *const *)update->settings->patch_globs);
	if (why != NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s: %s", name, why);
	return why == NULL && kp_update_check_header(update, chosen->header, error);
}

gboolean kp_update_fetch(KpUpdate *update, GError **error)
{
	g_autoptr(GPtrArray) wanted = missing(update), fds = g_ptr_array_new();
	gboolean ok;

	if (wanted->len == 0)
		return TRUE;
	ok = fetch(update, wanted, fds, error);
	for (guint i = 0; i < fds->len && i < wanted->len; i++)
		((KpChosen *)g_ptr_array_index(wanted, i))->fd =
			GPOINTER_TO_INT(g_ptr_array_index(fds, i));
	kp_fault("fetched");
	for (guint i = 0; ok && i < wanted->len; i++)
		ok = read_header(update, g_ptr_array_index(wanted, i), error);
	return ok;
}
