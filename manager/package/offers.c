/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels and patches that repositories have. */
#include <errno.h>
#include <fnmatch.h>
#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/repo_rpmmd.h>
#include <solv/solv_xfopen.h>
#include <string.h>

#include "base/inventory.h"
#include "package/advisories.h"

/* the dependency that ties a patch to its kernel */
#define TIE "kernel-uname-r"

static gboolean matches(const char *name, const char *nevra, char *const *globs)
{
	for (; globs != NULL && *globs != NULL; globs++)
		if (fnmatch(*globs, name, 0) == 0 || fnmatch(*globs, nevra, 0) == 0)
			return TRUE;
	return FALSE;
}

/* The version of the dependency @name in the list @key of @solvable, or NULL. */
static char *version_of(Solvable *solvable, Id key, const char *name)
{
	Pool *pool = solvable->repo->pool;
	char *found = NULL;
	Queue queue;

	queue_init(&queue);
	solvable_lookup_deparray(solvable, key, &queue, -1);
	for (int i = 0; found == NULL && i < queue.count; i++) {
		Reldep *relation = ISRELDEP(queue.elements[i]) ?
			GETRELDEP(pool, queue.elements[i]) : NULL;

		if (relation != NULL && relation->flags == REL_EQ &&
		    g_str_equal(pool_id2str(pool, relation->name), name))
			found = g_strdup(pool_id2str(pool, relation->evr));
	}
	queue_free(&queue);
	return found;
}

static KpOffer *make_offer(Solvable *solvable, const KpRepo *repo, const char *const *globs)
{
	Pool *pool = solvable->repo->pool;
	const char *name = pool_id2str(pool, solvable->name);
	const char *nevra = pool_solvable2str(pool, solvable);
	g_autoptr(KpOffer) offer = kp_offer_new();

	if (matches(name, nevra, repo->excludes) ||
	    (repo->includes != NULL && *repo->includes != NULL &&
	     !matches(name, nevra, repo->includes)))
		return NULL;
	offer->uname_r = version_of(solvable, SOLVABLE_PROVIDES, TIE);
	offer->kernel = offer->uname_r != NULL;
	if (!offer->kernel && matches(name, name, (char *const *)globs)) {
		offer->uname_r = version_of(solvable, SOLVABLE_REQUIRES, TIE);
		offer->until = version_of(solvable, SOLVABLE_PROVIDES, KP_UNTIL_PROVIDE);
	}
	offer->nevra = offer->uname_r != NULL ? kp_nevra_parse(nevra) : NULL;
	return offer->nevra != NULL ? g_steal_pointer(&offer) : NULL;
}

static gboolean load(Repo *repo, const KpRepoData *data, GPtrArray *warnings)
{
	FILE *file = solv_xfopen(data->primary, "r");
	const char *problem = NULL;

	if (file == NULL)
		problem = g_strerror(errno);
	else if (repo_add_rpmmd(repo, file, NULL, 0) != 0)
		problem = pool_errstr(repo->pool);
	if (file != NULL)
		fclose(file);
	if (problem != NULL)
		g_ptr_array_add(warnings, g_strdup_printf(
			"repository %s: its packages cannot be read: %s: %s; "
			"'kpatch-manager check --refresh' gets the list again",
			data->repo->id, data->primary, problem));
	return problem == NULL;
}

static void add_repo(GPtrArray *offers, const KpRepoData *data, const char *const *globs,
		     GPtrArray *warnings)
{
	Pool *pool = pool_create();
	Repo *repo = repo_create(pool, data->repo->id);
	Solvable *solvable;
	Id id;

	pool_setdisttype(pool, DISTTYPE_RPM);
	if (load(repo, data, warnings)) {
		repo_internalize(repo);
		FOR_REPO_SOLVABLES(repo, id, solvable) {
			KpOffer *offer = make_offer(solvable, data->repo, globs);

			if (offer != NULL)
				g_ptr_array_add(offers, offer);
		}
	}
	pool_free(pool);
}

GPtrArray *kp_offers_read(const char *root, const GPtrArray *repos, const char *const *globs,
			  GPtrArray *warnings)
{
	GPtrArray *offers = g_ptr_array_new_with_free_func((GDestroyNotify)kp_offer_free);

	for (guint i = 0; i < repos->len; i++)
		add_repo(offers, g_ptr_array_index(repos, i), globs, warnings);
	return offers;
}
