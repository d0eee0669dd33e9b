/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the planner wants to know of one package. */
#include <fnmatch.h>
#include <solv/chksum.h>
#include <solv/evr.h>
#include <solv/knownid.h>
#include <solv/poolarch.h>
#include <solv/solvable.h>

#include "base/inventory.h"
#include "base/names.h"
#include "base/release.h"
#include "package/patterns.h"
#include "package/solve.h"

gboolean kp_solve_is_patch_name(const KpSolve *solve, const char *name)
{
	return kp_name_matches(name, solve->request->globs);
}

void kp_solve_dependencies(const KpSolve *solve, Id id, Id key, Queue *list)
{
	queue_init(list);
	solvable_lookup_deparray(pool_id2solvable(solve->pool, id), key, list, 0);
}

gboolean kp_solve_is_kernel(const KpSolve *solve, Id id)
{
	Pool *pool = solve->pool;
	gboolean found = FALSE;
	Queue provides;

	kp_solve_dependencies(solve, id, SOLVABLE_PROVIDES, &provides);
	for (int i = 0; i < provides.count && !found; i++) {
		Id dep = provides.elements[i];

		found = (ISRELDEP(dep) ? GETRELDEP(pool, dep)->name : dep) == solve->tie;
	}
	queue_free(&provides);
	return found;
}

const KpRepo *kp_solve_repo(const KpSolve *solve, Id id)
{
	return pool_id2solvable(solve->pool, id)->repo->appdata;
}

const char *kp_solve_where(const KpSolve *solve, Id id)
{
	const Repo *repo = pool_id2solvable(solve->pool, id)->repo;

	return repo == solve->installed ? "installed" : repo->name;
}

const char *kp_solve_release(const KpSolve *solve, Id id)
{
	return kp_release_without_epoch(pool_id2str(solve->pool, pool_id2solvable(solve->pool, id)->evr));
}

char *kp_solve_nevra(const KpSolve *solve, Id id)
{
	return g_strdup(pool_solvid2str(solve->pool, id));
}

int kp_solve_compare(const KpSolve *solve, Id a, Id b)
{
	Pool *pool = solve->pool;

	return pool_evrcmp(pool, pool_id2solvable(pool, a)->evr, pool_id2solvable(pool, b)->evr,
			   EVRCMP_COMPARE);
}

gboolean kp_solve_arch_fits(const KpSolve *solve, Id id)
{
	const Pool *pool = solve->pool;
	Id arch = pool_id2solvable(pool, id)->arch;

	return arch != ARCH_SRC && arch != ARCH_NOSRC &&
	       (pool->id2arch == NULL || (arch <= pool->lastarch && pool->id2arch[arch] != 0));
}

static gboolean matches(Pool *pool, Id id, char **patterns)
{
	const Solvable *s = pool_id2solvable(pool, id);

	return kp_patterns_match((const char *const *)patterns, pool_id2str(pool, s->name),
				 pool_id2str(pool, s->evr), pool_id2str(pool, s->arch));
}

char *kp_solve_excluded(Pool *pool, Id id, const KpRepo *repo)
{
	if (repo->excludes != NULL && repo->excludes[0] != NULL && matches(pool, id, repo->excludes))
		return g_strdup_printf("excludepkgs= of repository %s keeps it away", repo->id);
	if (repo->includes != NULL && repo->includes[0] != NULL &&
	    !matches(pool, id, repo->includes))
		return g_strdup_printf("includepkgs= of repository %s does not name it", repo->id);
	return NULL;
}

char *kp_solve_invisible(const KpSolve *solve, Id id)
{
	const KpRepo *repo = kp_solve_repo(solve, id);

	if (!kp_solve_arch_fits(solve, id))
		return g_strdup_printf("it is for %s machines", pool_id2str(
			solve->pool, pool_id2solvable(solve->pool, id)->arch));
	return repo != NULL ? kp_solve_excluded(solve->pool, id, repo) : NULL;
}

gboolean kp_solve_is_empty_release(const KpSolve *solve, Id id)
{
	const char *release = kp_solve_release(solve, id);

	return g_str_equal(release, "0-0") || g_str_has_prefix(release, "0-0.");
}

static void add_origin(const KpSolve *solve, Solvable *s, KpPackage *package)
{
	Id type = 0;
	const char *checksum = solvable_lookup_checksum(s, SOLVABLE_CHECKSUM, &type);

	package->location = g_strdup(solvable_lookup_location(s, NULL));
	package->base = g_strdup(solvable_lookup_str(s, SOLVABLE_MEDIABASE));
	package->size = solvable_lookup_num(s, SOLVABLE_DOWNLOADSIZE, 0);
	package->header_end = solvable_lookup_num(s, SOLVABLE_HEADEREND, 0);
	if (checksum == NULL)
		return;
	package->checksum = g_strdup(checksum);
	package->checksum_type = g_strdup(solv_chksum_type2str(type));
}

KpPackage *kp_solve_package(const KpSolve *solve, Id id)
{
	Pool *pool = solve->pool;
	Solvable *s = pool_id2solvable(pool, id);
	KpPackage *package = g_new0(KpPackage, 1);

	package->name = g_strdup(pool_id2str(pool, s->name));
	package->evr = g_strdup(pool_id2str(pool, s->evr));
	package->arch = g_strdup(pool_id2str(pool, s->arch));
	if (s->repo == solve->installed)
		return package;
	package->repo = s->repo->appdata;
	/* they were added one behind the other */
	if (s->repo == solve->files)
		package->file = (guint)(id - s->repo->start) + 1;
	add_origin(solve, s, package);
	return package;
}

char *kp_solve_until(const KpSolve *solve, Id id)
{
	char *until = NULL;
	Queue list;

	kp_solve_dependencies(solve, id, SOLVABLE_PROVIDES, &list);
	for (int i = 0; i < list.count && until == NULL; i++) {
		Id provided = list.elements[i];
		const Reldep *relation = ISRELDEP(provided) ? GETRELDEP(solve->pool, provided) : NULL;

		if (relation != NULL && relation->flags == REL_EQ &&
		    g_str_equal(pool_id2str(solve->pool, relation->name), KP_UNTIL_PROVIDE))
			until = g_strdup(pool_id2str(solve->pool, relation->evr));
	}
	queue_free(&list);
	return until;
}
