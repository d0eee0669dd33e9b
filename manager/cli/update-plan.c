/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the planner chooses. */
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "base/solve-api.h"
#include "base/version.h"
#include "cli/barred.h"
#include "cli/plugin.h"
#include "cli/update.h"
#include "live/live.h"

KpChosen *kp_chosen_new(void)
{
	KpChosen *chosen = g_new0(KpChosen, 1);

	chosen->fd = -1;
	return chosen;
}

void kp_chosen_free(KpChosen *chosen)
{
	if (chosen == NULL)
		return;
	if (chosen->fd >= 0)
		close(chosen->fd);
	kp_package_header_free(chosen->header);
	g_free(chosen);
}

GPtrArray *kp_chosen_list_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)kp_chosen_free);
}

static gboolean has_kernel(const KpUpdate *update, GError **error)
{
	const KpOptions *options = update->options;

	if (update->files != NULL || options->kernel != NULL || options->all_kernels ||
	    update->status->host->kver != NULL)
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

/* What the planner has to know of the files that were named, or NULL. */
static GArray *named_files(const KpUpdate *update)
{
	GArray *files = update->files != NULL ? g_array_new(FALSE, FALSE, sizeof(KpUpdateFile)) : NULL;

	for (guint i = 0; files != NULL && i < update->files->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(update->files, i);
		const KpPackageHeader *header = chosen->header;
		const KpUpdateFile file = {
			.path = chosen->path, .fd = chosen->fd,
			.there = header->installed != NULL && header->order == 0 && header->intact,
		};

		g_array_append_val(files, file);
	}
	return files;
}

static gboolean make_plan(KpUpdate *update, GError **error)
{
	const KpSolveApi *api = kp_plugin_symbol(KP_SOLVE_PLUGIN, KP_SOLVE_SYMBOL, error);
	g_autoptr(GPtrArray) barred = kp_barred_read(update->status);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_read(update->options->root,
								update->warnings);
	g_autoptr(GArray) files = named_files(update);
	const KpUpdateRequest request = {
		.root = update->options->root,
		.packager = kp_packager(update->options->root),
		.rpmdb = update->settings->rpmdb,
		.globs = (const char *const *)update->settings->patch_globs,
		.repos = update->repositories != NULL ? update->repositories->data : NULL,
		.barred = barred,
		.locks = locks,
		.running = update->status->host->kver,
		.live = kp_status_live_release(update->status),
		.kernel = update->options->kernel,
		.all = update->options->all_kernels,
		.release = update->release,
		.files = files,
		.passed = update->passed,
	};
	KpUpdatePlan *plan = api != NULL ? api->plan(&request, error) : NULL;

	if (plan == NULL)
		return FALSE;
	kp_update_plan_free(update->plan);
	update->plan = plan;
	return TRUE;
}

/* Plans with what repositories have; what an earlier try with fewer said counts no more. */
static gboolean plan_with(KpUpdate *update, KpRefresh refresh, GError **error)
{
	kp_update_plan_free(update->plan);
	update->plan = kp_update_plan_new();
	g_ptr_array_set_size(update->warnings, 0);
	g_clear_pointer(&update->repositories, kp_repositories_free);
	update->repositories = kp_repositories_read(update->options, update->settings, refresh,
						    update->warnings, error);
	if (update->repositories == NULL)
		return FALSE;
	if (update->files != NULL || update->repositories->data->len > 0)
		return make_plan(update, error);
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
			    "nothing is known of any repository; nothing was changed");
	return FALSE;
}

/* Files may need nothing else, on a machine without repositories or network: these are
 * looked at only when something is missing, and asked only when what is known of them
 * does not help. */
static gboolean plan_files(KpUpdate *update, GError **error)
{
	static const KpRefresh further[] = { KP_REFRESH_NEVER, KP_REFRESH_STALE };
	gboolean ok = make_plan(update, error);

	for (gsize i = 0; i < G_N_ELEMENTS(further) && ok && update->plan->unsolved; i++)
		ok = plan_with(update, further[i], error);
	return ok;
}

static gboolean plan(KpUpdate *update, GError **error)
{
	if (update->options->refresh)
		return plan_with(update, KP_REFRESH_ALWAYS, error);
	return update->files != NULL ? plan_files(update, error)
				     : plan_with(update, KP_REFRESH_STALE, error);
}

static gboolean check_problems(const KpUpdate *update, GError **error)
{
	const GPtrArray *problems = update->plan->problems;
	g_autoptr(GString) text = g_string_new("nothing was changed:");
	g_autofree char *repos = kp_packager_command(kp_packager(update->options->root),
						     KP_PACKAGER_REPOS, NULL);

	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *line = kp_text_printable(g_ptr_array_index(problems, i));

		g_string_append_printf(text, "\n  - %s", line);
	}
	if (update->plan->unsolved)
		g_string_append_printf(text, "\n%s ('%s' shows which there are)",
				       update->files != NULL ?
				       "name a file of the package that is missing or too old as well, or "
				       "enable a repository that has it" :
				       "enable a repository that has the package that is missing or too old",
				       repos);
	if (problems->len > 0)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED, text->str);
	return problems->len == 0;
}

/* What of the files is installed is no longer among them. */
static void take_file(KpUpdate *update, KpChosen *chosen, guint number)
{
	KpChosen *file = g_ptr_array_index(update->files, number - 1);

	chosen->path = file->path;
	chosen->header = g_steal_pointer(&file->header);
	chosen->fd = file->fd;
	file->fd = -1;
}

static void choose_all(KpUpdate *update)
{
	for (guint i = 0; i < update->plan->steps->len; i++) {
		KpChosen *chosen = kp_chosen_new();

		chosen->step = g_ptr_array_index(update->plan->steps, i);
		if (chosen->step->package->file > 0)
			take_file(update, chosen, chosen->step->package->file);
		g_ptr_array_add(update->chosen, chosen);
	}
}

static gboolean take_plan(KpUpdate *update, GError **error)
{
	take_warnings(update);
	kp_repositories_tell_standing(update->repositories, update->plan,
				      update->settings->stale_days, update->warnings);
	if (!check_problems(update, error))
		return FALSE;
	choose_all(update);
	return TRUE;
}

gboolean kp_update_choose(KpUpdate *update, GError **error)
{
	if (!has_kernel(update, error) || !plan(update, error) || !take_plan(update, error))
		return FALSE;
	if (update->options->dry_run)
		kp_update_foresee(update);
	return TRUE;
}

gboolean kp_update_choose_again(KpUpdate *update, GError **error)
{
	g_ptr_array_set_size(update->chosen, 0);
	return make_plan(update, error) && take_plan(update, error);
}
