/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks libsolv what it takes, and turns its answer into steps. */
#include <solv/evr.h>
#include <solv/solvable.h>

#include "package/solve.h"

/* Kernels are neither replaced nor removed, nor is a second package of one. */
static void lock_kernels(const KpSolve *solve, Queue *job)
{
	Solvable *s;
	Id id;

	FOR_REPO_SOLVABLES(solve->installed, id, s)
		if (kp_solve_is_kernel(solve, id))
			queue_push2(job, SOLVER_LOCK | SOLVER_SOLVABLE, id);
}

static KpUpdateStep *make_step(const KpSolve *solve, KpUpdateStepKind kind, Id id, Id old)
{
	KpUpdateStep *step = g_new0(KpUpdateStep, 1);
	Pool *pool = solve->pool;

	step->kind = kind;
	step->package = kp_solve_package(solve, id);
	if (old == 0)
		return step;
	if (pool_id2solvable(pool, old)->name == pool_id2solvable(pool, id)->name)
		step->replaces = g_strdup(pool_id2str(pool, pool_id2solvable(pool, old)->evr));
	else
		step->replaces = kp_solve_nevra(solve, old);
	return step;
}

/* @told: what the step names already, or NULL. */
static void add_displaced(const KpSolve *solve, Id by, Id what, const char *told, GPtrArray *names)
{
	g_autofree char *nevra = NULL;
	char *text;

	if (pool_id2solvable(solve->pool, by)->name == pool_id2solvable(solve->pool, what)->name)
		return;
	nevra = kp_solve_nevra(solve, what);
	if (g_strcmp0(nevra, told) == 0)
		return;
	text = g_strdup_printf("%s (%s)", nevra, kp_solve_where(solve, what));
	if (g_ptr_array_find_with_equal_func(names, text, g_str_equal, NULL))
		g_free(text);
	else
		g_ptr_array_add(names, text);
}

/* What other repositories have is out of the way as soon as one package of one of them
 * obsoletes it: who agrees to the plan should know. */
static void add_offers(const KpSolve *solve, Id by, GPtrArray *names)
{
	const Solvable *s = pool_id2solvable(solve->pool, by);

	for (Id id = 2; id < solve->pool->nsolvables; id++) {
		const Solvable *other = pool_id2solvable(solve->pool, id);

		if (other->repo != NULL && other->repo != s->repo &&
		    other->repo != solve->installed && other->repo->appdata != s->repo->appdata &&
		    kp_solve_obsoletes(solve->pool, by, id))
			add_displaced(solve, by, id, NULL, names);
	}
}

/* All of other names that @id takes the place of, besides @told. */
static GPtrArray *displaced_by(const KpSolve *solve, Transaction *transaction, Id id,
			   const char *told)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	Queue gone;

	queue_init(&gone);
	if (pool_id2solvable(solve->pool, id)->repo != solve->installed) {
		transaction_all_obs_pkgs(transaction, id, &gone);
		for (int i = 0; i < gone.count; i++)
			add_displaced(solve, id, gone.elements[i], told, names);
		add_offers(solve, id, names);
	}
	queue_free(&gone);
	return names;
}

static KpUpdateStep *step_of(const KpSolve *solve, Transaction *transaction, Id id)
{
	Id type = transaction_type(transaction, id, SOLVER_TRANSACTION_SHOW_ACTIVE |
				   SOLVER_TRANSACTION_SHOW_OBSOLETES |
				   SOLVER_TRANSACTION_CHANGE_IS_REINSTALL);

	switch (type) {
	case SOLVER_TRANSACTION_ERASE:
		return make_step(solve, KP_STEP_ERASE, id, 0);
	case SOLVER_TRANSACTION_INSTALL:
	case SOLVER_TRANSACTION_MULTIINSTALL:
		return make_step(solve, KP_STEP_INSTALL, id, 0);
	case SOLVER_TRANSACTION_DOWNGRADE:
		return make_step(solve, KP_STEP_DOWNGRADE, id, transaction_obs_pkg(transaction, id));
	case SOLVER_TRANSACTION_REINSTALL:
	case SOLVER_TRANSACTION_MULTIREINSTALL:
		return make_step(solve, KP_STEP_REINSTALL, id, transaction_obs_pkg(transaction, id));
	case SOLVER_TRANSACTION_UPGRADE:
	case SOLVER_TRANSACTION_CHANGE:
	case SOLVER_TRANSACTION_OBSOLETES:
		return make_step(solve, KP_STEP_UPGRADE, id, transaction_obs_pkg(transaction, id));
	default:
		return NULL;	/* what is replaced goes with what replaces it */
	}
}

/* Is what goes away what comes? A transaction that was killed left the release beside a
 * newer one, and it was asked for: it is replaced by itself, and the newer one by it. */
static gboolean comes_again(const KpSolve *solve, const Transaction *transaction, Id old)
{
	const Solvable *gone = pool_id2solvable(solve->pool, old);

	for (int i = 0; i < transaction->steps.count && gone->repo == solve->installed; i++) {
		const Solvable *come = pool_id2solvable(solve->pool, transaction->steps.elements[i]);

		if (come->repo != solve->installed && come->name == gone->name &&
		    come->arch == gone->arch &&
		    pool_evrcmp(solve->pool, come->evr, gone->evr, EVRCMP_COMPARE) == 0)
			return TRUE;
	}
	return FALSE;
}

static void take_steps(const KpSolve *solve, Transaction *transaction, GPtrArray *steps)
{
	transaction_order(transaction, 0);
	for (int i = 0; i < transaction->steps.count; i++) {
		Id id = transaction->steps.elements[i];
		KpUpdateStep *step = comes_again(solve, transaction, id) ? NULL :
				     step_of(solve, transaction, id);

		if (step == NULL)
			continue;
		step->displaces = displaced_by(solve, transaction, id, step->replaces);
		g_ptr_array_add(steps, step);
	}
}

/* The rules before it leave nothing for this to find; a rule that is forgotten, or a
 * solver that reads one otherwise, must not cost a machine its kernel. */
gboolean kp_solve_spares_kernels(const KpSolve *solve, const Transaction *transaction,
				 GPtrArray *reasons)
{
	for (int i = 0; i < transaction->steps.count; i++) {
		Id id = transaction->steps.elements[i];
		g_autofree char *nevra = NULL;

		if (!kp_solve_is_kernel(solve, id))
			continue;
		nevra = kp_solve_nevra(solve, id);
		g_ptr_array_add(reasons, g_strdup_printf(
			"it would change the kernel package %s, which is left to %s", nevra,
			kp_packager_name(solve->request->packager)));
		return FALSE;
	}
	return TRUE;
}

gboolean kp_solve_run(KpSolve *solve, const Queue *wanted, GPtrArray *steps, GPtrArray *reasons)
{
	Solver *solver = solver_create(solve->pool);
	gboolean ok;
	Queue job;

	queue_init(&job);
	lock_kernels(solve, &job);
	for (int i = 0; i < wanted->count; i++)
		queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE, wanted->elements[i]);
	solver_set_flag(solver, SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
	solver_set_flag(solver, SOLVER_FLAG_ALLOW_VENDORCHANGE, 1);
	ok = solver_solve(solver, &job) == 0;
	if (ok) {
		Transaction *transaction = solver_create_transaction(solver);

		ok = kp_solve_spares_kernels(solve, transaction, reasons);
		if (ok)
			take_steps(solve, transaction, steps);
		transaction_free(transaction);
	} else {
		kp_solve_explain(solve, solver, reasons);
	}
	queue_free(&job);
	solver_free(solver);
	return ok;
}
