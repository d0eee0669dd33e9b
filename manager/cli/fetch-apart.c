/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fetch-apart.h"

#include "base/error.h"
#include "base/fetch-api.h"
#include "cli/apart.h"
#include "cli/plugin.h"

typedef struct {
	const KpOptions *options;
	const GPtrArray *repos;
} Work;

static KpRepoData *fetch(const KpOptions *options, const KpRepo *repo, GError **error)
{
	const KpFetchApi *api = kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, error);

	return api == NULL ? NULL :
		api->metadata(options->root, repo, NULL, NULL, options->stop, error);
}

/* One line a problem, which names the repository or its folder: errors of libraries may
 * have more. */
static void fetch_all(gpointer user, FILE *told)
{
	const Work *work = user;

	for (guint i = 0; i < work->repos->len && *work->options->stop == 0; i++) {
		const KpRepo *repo = g_ptr_array_index(work->repos, i);
		g_autoptr(GError) error = NULL;
		KpRepoData *data = fetch(work->options, repo, &error);

		if (data == NULL)
			fprintf(told, "%s\n", g_strdelimit(error->message, "\n", ' '));
		kp_repo_data_free(data);
	}
}

gboolean kp_fetch_apart(const KpOptions *options, const GPtrArray *repos, GPtrArray *warnings,
			GError **error)
{
	Work work = { options, repos };
	g_autoptr(KpFence) fence = kp_fence_new(options->root, repos);
	g_autoptr(GError) problem = NULL;

	if (!kp_apart_run(fetch_all, &work, fence, options->stop, warnings, &problem))
		g_ptr_array_add(warnings, g_strdup_printf("asking the repositories failed: %s",
							  problem->message));
	if (*options->stop == 0)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_BUSY,
			    "stopped while asking the repositories; what was known of them is unchanged");
	return FALSE;
}
