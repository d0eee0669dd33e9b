/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What repositories offer. Of some ten thousand packages a few hundred matter:
 * the rest never gets past kp_primary_filter(). */
#include <errno.h>
#include <solv/repo.h>
#include <stdio.h>
/* these two do not stand alone */
#include <solv/repo_rpmmd.h>
#include <solv/solv_xfopen.h>
#include <solv/solvable.h>
#include <string.h>

#include "base/error.h"
#include "package/primary.h"
#include "package/solve-source.h"

/* our own packages: a patch may need a newer one of them */
static const char own_glob[] = "kpatch*";

static const char **name_globs(const KpSolve *solve)
{
	GPtrArray *globs = g_ptr_array_new();

	for (const char *const *glob = solve->request->globs; *glob != NULL; glob++)
		g_ptr_array_add(globs, (gpointer)*glob);
	g_ptr_array_add(globs, (gpointer)own_glob);
	g_ptr_array_add(globs, NULL);
	return (const char **)g_ptr_array_free(globs, FALSE);
}

/* All that decides what is read: the metadata, and what of it is wanted. */
static char *cache_key(const KpRepoData *data, const KpPrimaryWanted *wanted)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	char *key;

	g_checksum_update(sum, (const guchar *)data->cookie, -1);
	for (const char *const *word = wanted->globs; word != NULL && *word != NULL; word++)
		g_checksum_update(sum, (const guchar *)*word, (gssize)strlen(*word) + 1);
	g_checksum_update(sum, (const guchar *)"\n", 1);
	for (const char *const *word = wanted->provides; word != NULL && *word != NULL; word++)
		g_checksum_update(sum, (const guchar *)*word, (gssize)strlen(*word) + 1);
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

gboolean kp_solve_add_repos(KpSolve *solve, const char *const *names, GError **error)
{
	const GPtrArray *repos = solve->request->repos;
	g_autofree const char **globs = name_globs(solve);
	const KpPrimaryWanted wanted = { .globs = names == NULL ? globs : NULL, .provides = names };

	for (guint i = 0; repos != NULL && i < repos->len; i++) {
		const KpRepoData *data = g_ptr_array_index(repos, i);
		g_autoptr(GError) problem = NULL;

		if (add_repo(solve, data, &wanted, &problem))
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
