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

char *kp_solve_no_kernels(const KpSolve *solve)
{
	return g_strdup_printf("a kernel is for %s to install", kp_packager_name(solve->request->packager));
}

gboolean kp_solve_obsoletes(Pool *pool, Id by, Id what)
{
	gboolean found = FALSE;
	Queue list;

	queue_init(&list);
	solvable_lookup_deparray(pool_id2solvable(pool, by), SOLVABLE_OBSOLETES, &list, 0);
	for (int i = 0; i < list.count && !found; i++)
		found = pool_match_nevr(pool, pool_id2solvable(pool, what), list.elements[i]);
	queue_free(&list);
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

gboolean kp_solve_arch_is_of(const KpSolve *solve, Id id, Id kernel)
{
	Id arch = pool_id2solvable(solve->pool, id)->arch;

	return arch == ARCH_NOARCH || arch == pool_id2solvable(solve->pool, kernel)->arch;
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

static char *other_arch(const KpSolve *solve, Id id)
{
	return g_strdup_printf("it is for %s machines", pool_id2str(
		solve->pool, pool_id2solvable(solve->pool, id)->arch));
}

char *kp_solve_invisible_to(const KpSolve *solve, Id id, Id kernel)
{
	return kp_solve_arch_is_of(solve, id, kernel) ? kp_solve_invisible(solve, id) :
							other_arch(solve, id);
}

char *kp_solve_passed(const KpSolve *solve, Id id)
{
	const GPtrArray *list = solve->request->passed;
	const KpRepo *repo = kp_solve_repo(solve, id);
	g_autofree char *nevra = repo != NULL ? kp_solve_nevra(solve, id) : NULL;

	for (guint i = 0; repo != NULL && list != NULL && i < list->len; i++) {
		const KpPassed *passed = g_ptr_array_index(list, i);

		if (g_str_equal(passed->nevra, nevra) && g_str_equal(passed->repo, repo->id))
			return g_strdup(passed->reason);
	}
	return NULL;
}

char *kp_solve_invisible(const KpSolve *solve, Id id)
{
	const KpRepo *repo = kp_solve_repo(solve, id);
	char *why;

	if (!kp_solve_arch_fits(solve, id))
		return other_arch(solve, id);
	why = repo != NULL ? kp_solve_excluded(solve->pool, id, repo) : NULL;
	if (why == NULL)
		why = kp_solve_passed(solve, id);
	return why != NULL ? why : kp_solve_locked(solve->pool, id, solve->request->locks);
}

/* "0", or that and the name of a distribution: 0.el9. */
static gboolean is_zero(const char *word)
{
	return *word == '0' && (word[1] == '\0' || word[1] == '.');
}

/* RHEL's is called 0-0. Amazon's 1.0-0: release 0 of a version may be a patch as well,
 * but for the size of what it installs, which metadata may leave out. */
gboolean kp_solve_is_empty_release(const KpSolve *solve, Id id)
{
	const char *evr = kp_solve_release(solve, id), *dash = strrchr(evr, '-');
	Solvable *s = pool_id2solvable(solve->pool, id);

	if (dash == NULL || !is_zero(dash + 1))
		return FALSE;
	return g_str_has_prefix(evr, "0-") ||
	       (solvable_lookup_void(s, SOLVABLE_INSTALLSIZE) == 0 &&
		(s->repo == solve->installed ||
		 solvable_lookup_num(s, SOLVABLE_DOWNLOADSIZE, 0) != 0) &&
		solvable_lookup_num(s, SOLVABLE_INSTALLSIZE, 0) == 0);
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
