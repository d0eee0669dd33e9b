/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/repositories.h"

#include <unistd.h>

#include "base/error.h"
#include "base/metadata.h"
#include "base/packager.h"
#include "base/repo-config.h"
#include "base/solve-api.h"
#include "cli/fetch-apart.h"
#include "cli/plugin.h"

void kp_repositories_free(KpRepositories *repositories)
{
	if (repositories == NULL)
		return;
	g_ptr_array_unref(repositories->data);
	g_ptr_array_unref(repositories->unasked);
	g_ptr_array_unref(repositories->unknown);
	g_ptr_array_unref(repositories->repos);
	g_free(repositories);
}

static void add_warning(GPtrArray *warnings, const KpRepo *repo, const GError *error)
{
	g_ptr_array_add(warnings, g_strdup_printf("repository %s: %s", repo->id, error->message));
}

static KpRepoData *find(const KpOptions *options, const KpRepo *repo, GPtrArray *warnings)
{
	g_autoptr(GError) error = NULL;
	KpRepoData *data = kp_metadata_find(options->root, repo, &error);

	if (error != NULL)
		add_warning(warnings, repo, error);
	return data;
}

static gboolean is_wanted(KpRefresh refresh, const KpRepoData *data)
{
	return refresh == KP_REFRESH_ALWAYS ||
	       (refresh == KP_REFRESH_STALE && (data == NULL || data->stale));
}

/* Why what is shown may be out of date. */
static void tell_age(const KpRepo *repo, const KpRepoData *data, GPtrArray *warnings)
{
	const char *how = geteuid() == 0 ? "--refresh asks it" : "root can ask it with --refresh";

	if (data == NULL)
		g_ptr_array_add(warnings, g_strdup_printf(
			"nothing is known of repository %s; %s", repo->id, how));
	else if (data->stale)
		g_ptr_array_add(warnings, g_strdup_printf(
			"what is known of repository %s is out of date; %s", repo->id, how));
}

/* Asks those that want it, if we may, and looks again at what they brought. */
static gboolean ask_repos(const KpOptions *options, GPtrArray *repos, GPtrArray *data,
			  KpRefresh refresh, GPtrArray *warnings, GError **error)
{
	g_autoptr(GPtrArray) wanted = g_ptr_array_new();

	for (guint i = 0; i < repos->len; i++)
		if (is_wanted(refresh, g_ptr_array_index(data, i)))
			g_ptr_array_add(wanted, g_ptr_array_index(repos, i));
	if (wanted->len == 0 || geteuid() != 0)
		return TRUE;
	if (!kp_fetch_apart(options, wanted, warnings, error))
		return FALSE;
	for (guint i = 0; i < wanted->len; i++) {
		guint at = 0;

		g_ptr_array_find(repos, g_ptr_array_index(wanted, i), &at);
		kp_repo_data_free(g_ptr_array_index(data, at));
		g_ptr_array_index(data, at) = find(options, g_ptr_array_index(repos, at), warnings);
	}
	return TRUE;
}

/* Asked in vain: what there is of it is no newer than before. Only root asks. */
static gboolean is_unasked(const KpRepo *repo, const KpRepoData *data, KpRefresh refresh,
			   gint64 begun)
{
	if (refresh == KP_REFRESH_NEVER || geteuid() != 0 || repo->skip_if_unavailable)
		return FALSE;
	return data == NULL || data->stale || (refresh == KP_REFRESH_ALWAYS && data->fetched < begun);
}

static gboolean read_all(KpRepositories *repositories, const KpOptions *options,
			 KpRefresh refresh, GPtrArray *warnings, GError **error)
{
	GPtrArray *repos = repositories->repos;
	g_autoptr(GPtrArray) data =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_repo_data_free);
	const gint64 begun = g_get_real_time() / G_USEC_PER_SEC;

	for (guint i = 0; i < repos->len; i++)
		g_ptr_array_add(data, find(options, g_ptr_array_index(repos, i), warnings));
	if (!ask_repos(options, repos, data, refresh, warnings, error))
		return FALSE;
	for (guint i = 0; i < repos->len; i++) {
		KpRepoData *each = g_steal_pointer(&g_ptr_array_index(data, i));

		/* what this run has asked for is not old, however long that took */
		if (each != NULL && each->fetched >= begun)
			each->stale = FALSE;
		tell_age(g_ptr_array_index(repos, i), each, warnings);
		if (is_unasked(g_ptr_array_index(repos, i), each, refresh, begun))
			g_ptr_array_add(repositories->unasked, g_ptr_array_index(repos, i));
		if (each != NULL)
			g_ptr_array_add(repositories->data, each);
		else if (!((const KpRepo *)g_ptr_array_index(repos, i))->skip_if_unavailable)
			g_ptr_array_add(repositories->unknown, g_ptr_array_index(repos, i));
	}
	return TRUE;
}

void kp_repositories_tell_standing(const KpRepositories *repositories, const KpUpdatePlan *plan,
				   gint64 days, GPtrArray *warnings)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;

	for (guint i = 0; repositories != NULL && i < repositories->data->len; i++) {
		const KpRepoData *data = g_ptr_array_index(repositories->data, i);
		char *text = g_ptr_array_find(plan->sources, data->repo, NULL) ?
			     kp_repo_standing(data->repo->id, data->made, now, days) : NULL;

		if (text != NULL)
			g_ptr_array_add(warnings, text);
	}
}

KpRepositories *kp_repositories_read(const KpOptions *options, const KpSettings *settings,
				     KpRefresh refresh, GPtrArray *warnings, GError **error)
{
	const KpSolveApi *api = kp_plugin_symbol(KP_SOLVE_PLUGIN, KP_SOLVE_SYMBOL, NULL);
	g_autofree char *releasever = api == NULL ? NULL :
		api->releasever(options->root, settings->rpmdb);
	g_autoptr(KpRepositories) repositories = g_new0(KpRepositories, 1);
	g_autoptr(GError) problem = NULL;

	repositories->data = g_ptr_array_new_with_free_func((GDestroyNotify)kp_repo_data_free);
	repositories->unasked = g_ptr_array_new();
	repositories->unknown = g_ptr_array_new();
	repositories->repos = kp_repos_read(options->root, releasever, warnings, &problem);
	if (repositories->repos == NULL) {
		repositories->repos = g_ptr_array_new();
		g_ptr_array_add(warnings, g_strdup(problem->message));
	} else if (repositories->repos->len == 0) {
		g_ptr_array_add(warnings, g_strdup_printf(
			"no repository is enabled; %s says how one is configured",
			kp_packager_page(kp_packager(options->root))));
	}
	if (refresh == KP_REFRESH_ALWAYS && geteuid() != 0)
		g_ptr_array_add(warnings, g_strdup(
			"only root can ask repositories; what is on disk is shown"));
	return read_all(repositories, options, refresh, warnings, error) ?
	       g_steal_pointer(&repositories) : NULL;
}
