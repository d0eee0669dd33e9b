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

static void give_back(const KpUpdate *update, KpChosen *chosen)
{
	for (guint i = 0; update->files != NULL && i < update->files->len; i++) {
		KpChosen *file = g_ptr_array_index(update->files, i);

		if (file->path == chosen->path) {
			file->fd = chosen->fd;
			chosen->fd = -1;
		}
	}
}

/* Which of the files is older or newer than what is installed the database says. */
static gboolean read_files_again(const KpUpdate *update, GError **error)
{
	for (guint i = 0; update->files != NULL && i < update->files->len; i++) {
		KpChosen *file = g_ptr_array_index(update->files, i);

		g_clear_pointer(&file->header, kp_package_header_free);
		if (!kp_update_read_header(update, file, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean is_same(const KpChosen *chosen, const KpChosen *old)
{
	const KpPackage *package = chosen->step->package;
	g_autofree char *nevra = kp_package_nevra(package);

	return chosen->fd < 0 && chosen->step->kind != KP_STEP_ERASE && old->header != NULL &&
	       old->fd >= 0 && package->repo == old->step->package->repo &&
	       g_str_equal(nevra, old->header->nevra);
}

static void keep_fetched(KpUpdate *update, KpChosen *old)
{
	for (guint i = 0; i < update->chosen->len; i++) {
		KpChosen *chosen = g_ptr_array_index(update->chosen, i);

		if (!is_same(chosen, old))
			continue;
		chosen->fd = old->fd;
		old->fd = -1;
		chosen->header = g_steal_pointer(&old->header);
	}
}

gboolean kp_update_choose_again(KpUpdate *update, GError **error)
{
	g_autoptr(KpUpdatePlan) plan = g_steal_pointer(&update->plan);
	g_autoptr(GPtrArray) before = g_steal_pointer(&update->chosen);
	guint warnings = update->warnings->len;

	update->plan = kp_update_plan_new();
	update->chosen = kp_chosen_list_new();
	for (guint i = 0; i < before->len; i++)
		give_back(update, g_ptr_array_index(before, i));
	if (!read_files_again(update, error) || !make_plan(update, error) ||
	    !take_plan(update, error))
		return FALSE;
	for (guint i = 0; i < before->len; i++)
		keep_fetched(update, g_ptr_array_index(before, i));
	kp_update_drop_repeated(update, warnings);
	return TRUE;
}
