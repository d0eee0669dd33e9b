/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fetch-apart.h"

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

/* One line a problem: errors of libraries may have more. */
static void fetch_all(gpointer user, FILE *told)
{
	const Work *work = user;

	for (guint i = 0; i < work->repos->len; i++) {
		const KpRepo *repo = g_ptr_array_index(work->repos, i);
		g_autoptr(GError) error = NULL;
		KpRepoData *data = fetch(work->options, repo, &error);

		if (data == NULL)
			fprintf(told, "repository %s: %s\n", repo->id,
				g_strdelimit(error->message, "\n", ' '));
		kp_repo_data_free(data);
	}
}

void kp_fetch_apart(const KpOptions *options, const GPtrArray *repos, GPtrArray *warnings)
{
	Work work = { options, repos };
	g_autoptr(GError) error = NULL;

	if (!kp_apart_run(fetch_all, &work, warnings, &error))
		g_ptr_array_add(warnings, g_strdup_printf("asking the repositories failed: %s",
							  error->message));
}
