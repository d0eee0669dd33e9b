/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Brings into the pool whatever a change can touch, and nothing else: a database
 * of a thousand packages is asked by its indexes, some dozen times, and metadata
 * is read again only for what nobody is known to provide. librpm checks all
 * dependencies once more in the transaction. */
#include <solv/knownid.h>
#include <solv/solvable.h>
#include <stdlib.h>
#include <string.h>

#include "package/solve.h"

/* what a chain of dependencies may take; each round reads metadata once more, and the
 * last one only what it was the first to hear of */
#define MOST_ROUNDS 64

typedef struct {
	KpSolve *solve;
	const Queue *wanted;
	Queue work;		/* packages that may come in */
	Map seen;
	GHashTable *missing;	/* names that nobody provides: those to read for */
} Closure;

/* Calls @visit for each plain name in @dep, which may be "(a if b)". */
static void each_name(Closure *closure, Id dep, void (*visit)(Closure *, const char *, gpointer),
		      gpointer data)
{
	Pool *pool = closure->solve->pool;

	while (ISRELDEP(dep)) {
		const Reldep *rel = GETRELDEP(pool, dep);

		if (rel->flags > 7)
			each_name(closure, rel->evr, visit, data);
		dep = rel->name;
	}
	visit(closure, pool_id2str(pool, dep), data);
}

static void ask(Closure *closure, const char *name, gpointer data)
{
	KpSolve *solve = closure->solve;
	g_autofree char *key = NULL;

	if (solve->source->installed == NULL || g_str_has_prefix(name, "rpmlib("))
		return;
	/* kernels are there from the start, and have long headers */
	if (GPOINTER_TO_INT(data) == KP_ASK_PROVIDES && g_str_equal(name, KP_TIE))
		return;
	key = g_strdup_printf("%d%s", GPOINTER_TO_INT(data), name);
	if (g_hash_table_contains(solve->asked, key))
		return;
	/* not @name itself: it moves when the pool takes in new names */
	solve->source->installed(solve->source->user, solve, (KpAsk)GPOINTER_TO_INT(data),
				 key + 1);
	g_hash_table_add(solve->asked, g_steal_pointer(&key));
}

static void ask_list(Closure *closure, Id id, Id key, KpAsk question)
{
	Queue list;

	kp_solve_dependencies(closure->solve, id, key, &list);
	for (int i = 0; i < list.count; i++)
		each_name(closure, list.elements[i], ask, GINT_TO_POINTER(question));
	queue_free(&list);
}

/* What is replaced is missed by those who require it. */
static void ask_about_replaced(Closure *closure, Id by)
{
	Pool *pool = closure->solve->pool;
	Queue list;
	Solvable *s;
	Id id;

	kp_solve_dependencies(closure->solve, by, SOLVABLE_OBSOLETES, &list);
	for (id = 2; id < pool->nsolvables; id++) {
		gboolean replaced;

		s = pool_id2solvable(pool, id);
		if (s->repo == NULL || s->repo != closure->solve->installed)
			continue;
		replaced = s->name == pool_id2solvable(pool, by)->name;
		for (int i = 0; i < list.count && !replaced; i++)
			replaced = pool_match_nevr(pool, s, list.elements[i]);
		if (replaced)
			ask_list(closure, id, SOLVABLE_PROVIDES, KP_ASK_REQUIRES);
	}
	queue_free(&list);
}

static void ask_about(Closure *closure, Id id)
{
	Id name = pool_id2solvable(closure->solve->pool, id)->name;

	each_name(closure, name, ask, GINT_TO_POINTER(KP_ASK_NAME));
	each_name(closure, name, ask, GINT_TO_POINTER(KP_ASK_OBSOLETES));
	ask_list(closure, id, SOLVABLE_REQUIRES, KP_ASK_PROVIDES);
	ask_list(closure, id, SOLVABLE_CONFLICTS, KP_ASK_PROVIDES);
	ask_list(closure, id, SOLVABLE_OBSOLETES, KP_ASK_NAME);
	ask_list(closure, id, SOLVABLE_PROVIDES, KP_ASK_CONFLICTS);
	ask_about_replaced(closure, id);
}

static void miss(Closure *closure, const char *name, gpointer data)
{
	if (!g_str_equal(name, KP_TIE) && !g_str_has_prefix(name, "rpmlib(") &&
	    !g_hash_table_contains(closure->solve->offered, name))
		g_hash_table_add(closure->missing, g_strdup(name));
}

static void enqueue(Closure *closure, Id id)
{
	map_grow(&closure->seen, closure->solve->pool->nsolvables);
	if (MAPTST(&closure->seen, id))
		return;
	MAPSET(&closure->seen, id);
	queue_push(&closure->work, id);
}

/* Whoever could satisfy @dep comes in too, unless somebody does who is there. */
static void follow(Closure *closure, Id dep)
{
	Pool *pool = closure->solve->pool;
	Id id, offset;
	Queue offers;

	queue_init(&offers);
	FOR_PROVIDES(id, offset, dep) {
		if (pool_id2solvable(pool, id)->repo == closure->solve->installed) {
			queue_free(&offers);
			return;
		}
		queue_push(&offers, id);
	}
	for (int i = 0; i < offers.count; i++)
		enqueue(closure, offers.elements[i]);
	if (offers.count == 0)
		each_name(closure, dep, miss, NULL);
	queue_free(&offers);
}

/* What is installed and does not go with what comes may have a newer release that does. */
static void want_newer(Closure *closure, Id installed)
{
	Pool *pool = closure->solve->pool;
	Id name = pool_id2solvable(pool, installed)->name, id;
	gboolean offered = FALSE;

	for (id = 2; id < pool->nsolvables; id++) {
		const Solvable *s = pool_id2solvable(pool, id);

		if (s->repo == NULL || s->repo == closure->solve->installed || s->name != name)
			continue;
		enqueue(closure, id);
		offered = TRUE;
	}
	if (!offered)
		miss(closure, pool_id2str(pool, name), NULL);
}

/* What @id says that it does not go with. */
static void follow_conflicts(Closure *closure, Id id)
{
	Pool *pool = closure->solve->pool;
	Id other, offset;
	Queue list;

	kp_solve_dependencies(closure->solve, id, SOLVABLE_CONFLICTS, &list);
	for (int i = 0; i < list.count; i++)
		FOR_PROVIDES(other, offset, list.elements[i])
			if (pool_id2solvable(pool, other)->repo == closure->solve->installed)
				want_newer(closure, other);
	queue_free(&list);
}

/* And what is installed says that of @id. */
static void follow_their_conflicts(Closure *closure, Id id)
{
	Pool *pool = closure->solve->pool;
	Solvable *s = pool_id2solvable(pool, id), *other;
	Id installed;

	FOR_REPO_SOLVABLES(closure->solve->installed, installed, other) {
		gboolean against = FALSE;
		Queue list;

		kp_solve_dependencies(closure->solve, installed, SOLVABLE_CONFLICTS, &list);
		for (int i = 0; i < list.count && !against; i++)
			against = solvable_matchesdep(s, SOLVABLE_PROVIDES, list.elements[i], 0);
		queue_free(&list);
		if (against)
			want_newer(closure, installed);
	}
}

static void prepare(KpSolve *solve, const Queue *wanted)
{
	kp_solve_consider(solve, wanted);
	pool_addfileprovides(solve->pool);
	pool_createwhatprovides(solve->pool);
}

/* @from is where the work begins that was not followed yet. */
static void follow_all(Closure *closure, int from)
{
	for (; from < closure->work.count; from++) {
		Id id = closure->work.elements[from];
		Queue list;

		kp_solve_dependencies(closure->solve, id, SOLVABLE_REQUIRES, &list);
		for (int i = 0; i < list.count; i++)
			follow(closure, list.elements[i]);
		queue_free(&list);
		follow_conflicts(closure, id);
		follow_their_conflicts(closure, id);
	}
}

/* Asks about all that may come in, until nothing new does. */
static void settle(Closure *closure)
{
	int asked = 0;

	while (asked < closure->work.count) {
		int from = asked;

		for (; asked < closure->work.count; asked++)
			ask_about(closure, closure->work.elements[asked]);
		prepare(closure->solve, closure->wanted);
		follow_all(closure, from);
	}
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean read_missing(Closure *closure, GError **error)
{
	KpSolve *solve = closure->solve;
	g_autofree const char **names = NULL;
	GHashTableIter iter;
	gpointer name;
	gboolean ok;
	guint count;

	names = (const char **)g_hash_table_get_keys_as_array(closure->missing, &count);
	/* one order, for the sake of the cache */
	qsort(names, count, sizeof(*names), compare_texts);
	ok = solve->source->offered(solve->source->user, solve, names, error);
	g_hash_table_iter_init(&iter, closure->missing);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		g_hash_table_iter_steal(&iter);
		g_hash_table_add(solve->offered, name);
	}
	return ok;
}

static gboolean complete(Closure *closure, GError **error)
{
	for (int round = 0; round < MOST_ROUNDS; round++) {
		queue_empty(&closure->work);
		map_empty(&closure->seen);
		for (int i = 0; i < closure->wanted->count; i++)
			enqueue(closure, closure->wanted->elements[i]);
		settle(closure);
		if (g_hash_table_size(closure->missing) == 0 ||
		    closure->solve->source->offered == NULL)
			return TRUE;
		if (!read_missing(closure, error))
			return FALSE;
		prepare(closure->solve, closure->wanted);
	}
	return TRUE;
}

gboolean kp_solve_complete(KpSolve *solve, const Queue *wanted, GError **error)
{
	Closure closure = {
		.solve = solve, .wanted = wanted,
		.missing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	gboolean ok;

	queue_init(&closure.work);
	map_init(&closure.seen, solve->pool->nsolvables);
	prepare(solve, wanted);
	ok = complete(&closure, error);
	map_free(&closure.seen);
	queue_free(&closure.work);
	g_hash_table_unref(closure.missing);
	return ok;
}
