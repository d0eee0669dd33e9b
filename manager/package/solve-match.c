/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which patch belongs to which kernel: the dependency says it, never a name. */
#include <solv/knownid.h>
#include <solv/solvable.h>

#include "package/solve.h"

static gboolean is_tie(const KpSolve *solve, Id dep)
{
	return dep == solve->tie || (ISRELDEP(dep) && GETRELDEP(solve->pool, dep)->name == solve->tie);
}

/* "kernel = 4.18.0-147.el8" in a patch for x86_64 means "kernel-uname-r =
 * 4.18.0-147.el8.x86_64". 0: @dep means nothing of that kind. */
static Id tie_of_old(const KpSolve *solve, Id id, Id dep)
{
	Pool *pool = solve->pool;
	const Reldep *rel = ISRELDEP(dep) ? GETRELDEP(pool, dep) : NULL;
	g_autofree char *uname_r = NULL;

	if (rel == NULL || rel->flags != REL_EQ || ISRELDEP(rel->name) ||
	    !g_str_equal(pool_id2str(pool, rel->name), KP_OLD_TIE))
		return 0;
	uname_r = g_strdup_printf("%s.%s", pool_id2str(pool, rel->evr),
				  pool_id2str(pool, pool_id2solvable(pool, id)->arch));
	return pool_rel2id(pool, solve->tie, pool_str2id(pool, uname_r, 1), REL_EQ, 1);
}

/* Packages of before kernels provided KP_TIE name the kernel by its release. */
static void add_old_tie(const KpSolve *solve, Id id, const Queue *requires, Queue *ties)
{
	for (int i = 0; i < requires->count && ties->count == 0; i++) {
		Id tie = tie_of_old(solve, id, requires->elements[i]);

		if (tie != 0)
			queue_push(ties, tie);
	}
}

/* What @id requires of a kernel: one dependency, or the two ends of a range. Caller
 * clears @ties. */
static void ties_of(const KpSolve *solve, Id id, Queue *ties)
{
	Queue requires;

	queue_init(ties);
	kp_solve_dependencies(solve, id, SOLVABLE_REQUIRES, &requires);
	for (int i = 0; i < requires.count; i++)
		if (is_tie(solve, requires.elements[i]))
			queue_push(ties, requires.elements[i]);
	add_old_tie(solve, id, &requires, ties);
	queue_free(&requires);
}

/* The first of them, or 0. */
static Id tie_of(const KpSolve *solve, Id id)
{
	Queue ties;
	Id first;

	ties_of(solve, id, &ties);
	first = ties.count > 0 ? ties.elements[0] : 0;
	queue_free(&ties);
	return first;
}

char *kp_solve_tie_text(const KpSolve *solve, Id id)
{
	Id tie = tie_of(solve, id);

	if (tie == 0 || !ISRELDEP(tie))
		return NULL;
	return g_strdup(pool_id2str(solve->pool, GETRELDEP(solve->pool, tie)->evr));
}

/* A kernel may provide the name more than once. */
static gboolean ties_to(const KpSolve *solve, Id tie, Id kernel)
{
	Queue provides;
	gboolean found = FALSE;

	kp_solve_dependencies(solve, kernel, SOLVABLE_PROVIDES, &provides);
	for (int i = 0; i < provides.count && !found; i++) {
		Id dep = provides.elements[i];

		found = dep == tie ||
			(ISRELDEP(dep) && GETRELDEP(solve->pool, dep)->name == solve->tie &&
			 pool_match_dep(solve->pool, dep, tie));
	}
	queue_free(&provides);
	return found;
}

KpSolveKernel *kp_solve_find_kernel(const KpSolve *solve, const char *kver)
{
	for (guint i = 0; i < solve->kernels->len; i++) {
		KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		if (g_str_equal(kernel->kver, kver))
			return kernel;
	}
	return NULL;
}

/* All releases of a stream ask for the same dependency: its kernels are looked for
 * once, and kept in @known by its id. */
static GPtrArray *kernels_of(const KpSolve *solve, GHashTable *known, Id tie)
{
	GPtrArray *kernels = g_hash_table_lookup(known, GINT_TO_POINTER(tie));

	if (kernels != NULL)
		return kernels;
	kernels = g_ptr_array_new();
	for (guint i = 0; i < solve->kernels->len; i++) {
		KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		if (ties_to(solve, tie, kernel->id))
			g_ptr_array_add(kernels, kernel);
	}
	g_hash_table_insert(known, GINT_TO_POINTER(tie), kernels);
	return kernels;
}

static void sort_in(const KpSolve *solve, Queue *newest_first, Id id)
{
	int at = 0;

	while (at < newest_first->count &&
	       kp_solve_compare(solve, newest_first->elements[at], id) >= 0)
		at++;
	queue_insert(newest_first, at, id);
}

static void orphan(KpSolve *solve, Id id)
{
	g_autofree char *nevra = kp_solve_nevra(solve, id);
	g_autofree char *tie = kp_solve_tie_text(solve, id);
	g_autofree char *remove = kp_packager_command(
		solve->request->packager, KP_PACKAGER_REMOVE,
		pool_id2str(solve->pool, pool_id2solvable(solve->pool, id)->name));

	g_ptr_array_add(solve->plan->warnings, g_strdup_printf(
		"%s is for kernel %s, which is not installed; '%s' takes it away",
		nevra, tie != NULL ? tie : "?", remove));
}

/* Two kernels, of which each is what one of the ties asks for, are not what a range
 * means: a patch is for the kernel that all of them fit. */
static gboolean all_tie_to(const KpSolve *solve, const Queue *ties, Id kernel)
{
	for (int i = 1; i < ties->count; i++)
		if (!ties_to(solve, ties->elements[i], kernel))
			return FALSE;
	return TRUE;
}

static void match_ties(KpSolve *solve, GHashTable *known, Id id, const Queue *ties)
{
	gboolean installed = pool_id2solvable(solve->pool, id)->repo == solve->installed;
	const GPtrArray *kernels = kernels_of(solve, known, ties->elements[0]);
	gboolean any = FALSE;

	for (guint i = 0; i < kernels->len; i++) {
		KpSolveKernel *kernel = g_ptr_array_index(kernels, i);

		if (!all_tie_to(solve, ties, kernel->id))
			continue;
		any = TRUE;
		if (!installed)
			sort_in(solve, &kernel->offered, id);
		else if (kp_solve_arch_is_of(solve, id, kernel->id))
			sort_in(solve, &kernel->patches, id);
	}
	if (installed && !any)
		orphan(solve, id);
}

static void match_one(KpSolve *solve, GHashTable *known, Id id)
{
	const Solvable *s = pool_id2solvable(solve->pool, id);
	Queue ties;

	if (!kp_solve_is_patch_name(solve, pool_id2str(solve->pool, s->name)))
		return;
	ties_of(solve, id, &ties);
	if (ties.count > 0)
		match_ties(solve, known, id, &ties);
	queue_free(&ties);
}

void kp_solve_match(KpSolve *solve)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(NULL, NULL, NULL,
							    (GDestroyNotify)g_ptr_array_unref);
	Id id;

	for (id = 2; id < solve->pool->nsolvables; id++)
		if (pool_id2solvable(solve->pool, id)->repo != NULL)
			match_one(solve, known, id);
}

static gboolean may_come_in(const KpSolve *solve, Id id)
{
	const char *name = pool_id2str(solve->pool, pool_id2solvable(solve->pool, id)->name);
	g_autofree char *hidden = NULL;

	if (kp_solve_is_kernel(solve, id) ||
	    (kp_solve_is_patch_name(solve, name) && tie_of(solve, id) != 0))
		return FALSE;
	hidden = kp_solve_invisible(solve, id);
	return hidden == NULL;
}

/* Of hundreds of releases that are tried in turn, each is judged once. */
static gboolean is_welcome(KpSolve *solve, Id id)
{
	if (!MAPTST(&solve->judged, id)) {
		MAPSET(&solve->judged, id);
		if (may_come_in(solve, id))
			MAPSET(&solve->welcome, id);
	}
	return MAPTST(&solve->welcome, id);
}

void kp_solve_consider(KpSolve *solve, const Queue *wanted)
{
	Pool *pool = solve->pool;
	Id id;

	map_free(&solve->considered);
	map_init(&solve->considered, pool->nsolvables);
	map_grow(&solve->judged, pool->nsolvables);
	map_grow(&solve->welcome, pool->nsolvables);
	for (id = 1; id < pool->nsolvables; id++) {
		const Repo *repo = pool_id2solvable(pool, id)->repo;

		if (repo == NULL || repo == solve->installed || is_welcome(solve, id))
			MAPSET(&solve->considered, id);
	}
	for (int i = 0; i < wanted->count; i++)
		MAPSET(&solve->considered, wanted->elements[i]);
	pool->considered = &solve->considered;
}
