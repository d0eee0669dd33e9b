/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is fetched of the plan. */
#include "base/error.h"
#include "base/fault.h"
#include "base/fetch-api.h"
#include "base/metadata.h"
#include "base/names.h"
#include "base/root.h"
#include "cli/apart.h"
#include "cli/plugin.h"
#include "cli/update.h"

#define DOWNLOADS KP_CACHE_FOLDER "/packages"

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

typedef struct {
	const KpUpdate *update;
	const GPtrArray *packages;	/* KpPackage */
} Work;

/* The child. */
static gboolean fetch_packages(gpointer user, GPtrArray *fds, GError **error)
{
	const Work *work = user;
	const KpOptions *options = work->update->options;
	const KpFetchApi *api = kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, error);
	g_autofree char *folder = kp_root_path(options->root, DOWNLOADS);
	gboolean ok;

	if (api == NULL)
		return FALSE;
	ok = api->packages(options->root, work->packages, options->download_only ? folder : NULL, fds,
			   kp_update_progress, (gpointer)work->update, options->stop, error);
	kp_update_progress_end();
	return ok;
}

static gboolean fetch(const KpUpdate *update, const GPtrArray *wanted, GPtrArray *fds,
		      GError **error)
{
	g_autoptr(GPtrArray) packages = g_ptr_array_new(), repos = g_ptr_array_new();
	g_autoptr(KpFence) fence = NULL;
	Work work = { update, packages };

	for (guint i = 0; i < wanted->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(wanted, i);

		g_ptr_array_add(packages, chosen->step->package);
		g_ptr_array_add(repos, (gpointer)chosen->step->package->repo);
	}
	fence = kp_fence_new(update->options->root, repos);
	return kp_apart_fetch(fetch_packages, &work, fence, update->options->stop, fds, error);
}

static gboolean read_header(KpUpdate *update, KpChosen *chosen, GError **error)
{
	g_autofree char *nevra = kp_package_nevra(chosen->step->package);
	g_autofree char *name = kp_text_printable(nevra);
	g_autoptr(GError) problem = NULL;

	if (kp_update_read_header(update, chosen, &problem)) {
		if (g_str_equal(chosen->header->nevra, nevra))
			return TRUE;
		g_set_error_literal(&problem, KP_ERROR, KP_ERROR_REFUSED,
				    "the repository has another package under that name; tell who "
				    "runs it");
	}
	kp_update_blame(update, chosen, problem);
	g_propagate_prefixed_error(error, g_steal_pointer(&problem), "%s: ", name);
	return FALSE;
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
