/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What repositories offer. Of some ten thousand packages a few dozen matter: the
 * rest never gets past kp_primary_filter(). */
#include <errno.h>
#include <solv/repo.h>
#include <stdio.h>
/* these two do not stand alone */
#include <solv/repo_rpmmd.h>
#include <solv/solv_xfopen.h>
#include <solv/knownid.h>
#include <solv/solvable.h>
#include <string.h>

#include "base/error.h"
#include "base/metadata.h"
#include "package/primary.h"
#include "package/solve-source.h"

/* our own packages: a patch may need a newer one of them */
static const char own_glob[] = "kpatch*";

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

static const char **name_globs(const KpSolve *solve)
{
	GPtrArray *globs = g_ptr_array_new();

	for (const char *const *glob = solve->request->globs; *glob != NULL; glob++)
		g_ptr_array_add(globs, (gpointer)*glob);
	g_ptr_array_add(globs, (gpointer)own_glob);
	g_ptr_array_add(globs, NULL);
	return (const char **)g_ptr_array_free(globs, FALSE);
}

/* What patches for the kernels here say of them: the release of kernel-uname-r,
 * which stands alone in the metadata; the version if there is no release. */
static char **kernel_ties(const KpSolve *solve)
{
	GPtrArray *ties = g_ptr_array_new();

	for (guint i = 0; i < solve->kernels->len; i++) {
		const KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);
		Queue list;

		kp_solve_dependencies(solve, kernel->id, SOLVABLE_PROVIDES, &list);
		for (int j = 0; j < list.count; j++) {
			const Reldep *dep = ISRELDEP(list.elements[j]) ?
					    GETRELDEP(solve->pool, list.elements[j]) : NULL;
			const char *evr, *dash;

			if (dep == NULL || dep->name != solve->tie)
				continue;
			evr = pool_id2str(solve->pool, dep->evr);
			dash = strrchr(evr, '-');
			g_ptr_array_add(ties, g_strdup(dash != NULL ? dash + 1 : evr));
		}
		queue_free(&list);
	}
	g_ptr_array_sort(ties, compare_texts);
	g_ptr_array_add(ties, NULL);
	return (char **)g_ptr_array_free(ties, FALSE);
}

static void add_words(GChecksum *sum, const char *const *words)
{
	for (; words != NULL && *words != NULL; words++)
		g_checksum_update(sum, (const guchar *)*words, (gssize)strlen(*words) + 1);
	g_checksum_update(sum, (const guchar *)"\n", 1);
}

/* All that decides what is read: the metadata, and what of it is wanted. */
static char *cache_key(const KpRepoData *data, const KpPrimaryWanted *wanted)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	char *key;

	g_checksum_update(sum, (const guchar *)data->cookie, -1);
	add_words(sum, wanted->globs);
	add_words(sum, wanted->provides);
	add_words(sum, wanted->ties);
	key = g_strdup_printf("%.16s-%.16s", data->cookie, g_checksum_get_string(sum));
	g_checksum_free(sum);
	return key;
}

static gboolean parse(KpSolve *solve, Repo *repo, const KpRepoData *data,
		      const KpPrimaryWanted *wanted, GError **error)
{
	g_autofree char *problem = NULL;
	FILE *packed = solv_xfopen(data->primary, "r"), *stream;
	int result;

	if (packed == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be read: %s",
			    data->primary, errno != 0 ? g_strerror(errno) : "unknown compression");
		return FALSE;
	}
	stream = kp_primary_filter(packed, wanted, &problem);
	result = repo_add_rpmmd(repo, stream, NULL, 0);
	fclose(stream);
	if (result == 0 && problem == NULL)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "the metadata of repository %s is damaged: %s: %s; 'kpatch-manager check "
		    "--refresh' gets it again", data->repo->id, data->primary,
		    problem != NULL ? problem : pool_errstr(solve->pool));
	return FALSE;
}

static gboolean is_relevant(const KpSolve *solve, Id id)
{
	/* a kernel never comes from here: then it cannot be pulled in */
	return kp_solve_arch_fits(solve, id) && !kp_solve_is_kernel(solve, id);
}

static void drop_others(KpSolve *solve, Repo *repo)
{
	for (Id id = repo->start; id < repo->end; id++)
		if (pool_id2solvable(solve->pool, id)->repo == repo && !is_relevant(solve, id))
			repo_free_solvable(repo, id, 0);
}

/* What is read for more names becomes one more of the same name: that a package is
 * there twice then does no harm. */
static gboolean add_repo(KpSolve *solve, const KpRepoData *data, const KpPrimaryWanted *wanted,
			 GError **error)
{
	Repo *repo = kp_solve_add_repo(solve, data->repo->id, data->repo);
	g_autofree char *key = cache_key(data, wanted);

	if (kp_solve_cache_read(solve, repo, key))
		return TRUE;
	if (!parse(solve, repo, data, wanted, error)) {
		repo_free(repo, 0);
		return FALSE;
	}
	drop_others(solve, repo);
	repo_internalize(repo);
	kp_solve_cache_write(solve, repo, key);
	return TRUE;
}

/* A disk, or a lack of descriptors, may have failed once: what is as it came is read once
 * more before it is blamed on the repository. */
static gboolean add_once_more(KpSolve *solve, const KpRepoData *data, const KpPrimaryWanted *wanted,
			      gboolean *right, GError **error)
{
	*right = kp_metadata_is_right(solve->request->root, data);
	if (!*right)
		return FALSE;
	g_clear_error(error);
	return add_repo(solve, data, wanted, error);
}

/* What a mirror has put together wrong may be right in what there was before. */
static gboolean add_older(KpSolve *solve, const KpRepoData *data, const KpPrimaryWanted *wanted,
			  gboolean right)
{
	g_autoptr(KpRepoData) older = kp_metadata_previous(solve->request->root, data, NULL);

	if (older == NULL || !add_repo(solve, older, wanted, NULL))
		return FALSE;
	g_ptr_array_add(solve->plan->warnings, right ? g_strdup_printf(
		"what repository %s has now is damaged; what it had before is used",
		data->repo->id) : g_strdup_printf(
		"what came from repository %s cannot be read from the disk any more; what it had "
		"before is used; 'kpatch-manager check --refresh' gets it again", data->repo->id));
	return TRUE;
}

gboolean kp_solve_add_repos(KpSolve *solve, const char *const *names, GError **error)
{
	const GPtrArray *repos = solve->request->repos;
	g_autofree const char **globs = name_globs(solve);
	g_auto(GStrv) ties = kernel_ties(solve);
	const KpPrimaryWanted wanted = {
		.globs = names == NULL ? globs : NULL, .provides = names,
		.ties = (const char *const *)ties,
	};

	for (guint i = 0; repos != NULL && i < repos->len; i++) {
		const KpRepoData *data = g_ptr_array_index(repos, i);
		g_autoptr(GError) problem = NULL;
		gboolean right;

		if (add_repo(solve, data, &wanted, &problem) ||
		    add_once_more(solve, data, &wanted, &right, &problem) ||
		    add_older(solve, data, &wanted, right))
			continue;
		if (!data->repo->skip_if_unavailable) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return FALSE;
		}
		g_ptr_array_add(solve->plan->warnings, g_strdup_printf(
			"repository %s is left out: %s", data->repo->id, problem->message));
	}
	return TRUE;
}
