/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why something cannot be installed, for somebody who knows packages and has
 * never heard of a solver. */
#include <solv/solvable.h>

#include "package/solve.h"

static Id dep_name(const Pool *pool, Id dep)
{
	while (ISRELDEP(dep))
		dep = GETRELDEP(pool, dep)->name;
	return dep;
}

/* The newest package called @name that is (not) installed, or 0. */
static Id newest(const KpSolve *solve, Id name, gboolean installed)
{
	Pool *pool = solve->pool;
	Id found = 0, id;

	for (id = 2; id < pool->nsolvables; id++) {
		const Solvable *s = pool_id2solvable(pool, id);

		if (s->repo != NULL && s->name == name && (s->repo == solve->installed) == installed &&
		    (found == 0 || kp_solve_compare(solve, id, found) > 0))
			found = id;
	}
	return found;
}

/* Whether @dep can be had only with another kernel. Those of repositories are not in the
 * pool: an installed one tells by its name. */
static gboolean means_kernel(const KpSolve *solve, Id dep)
{
	Id name = dep_name(solve->pool, dep);

	for (guint i = 0; i < solve->kernels->len; i++) {
		const KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		if (pool_id2solvable(solve->pool, kernel->id)->name == name)
			return TRUE;
	}
	return name == solve->tie;
}

static char *why_not(const KpSolve *solve, Id offered)
{
	return kp_solve_is_kernel(solve, offered) ? kp_solve_no_kernels(solve)
						  : kp_solve_invisible(solve, offered);
}

/* What there is instead of @dep: "; 1-1 is installed; main has 1-5". */
static char *instead(const KpSolve *solve, Id dep)
{
	Pool *pool = solve->pool;
	Id installed = newest(solve, dep_name(pool, dep), TRUE);
	Id offered = newest(solve, dep_name(pool, dep), FALSE);
	g_autofree char *hidden = offered != 0 ? why_not(solve, offered) : NULL;
	g_autofree char *kernels = kp_solve_no_kernels(solve);
	GString *text = g_string_new(NULL);

	if (installed == 0 && offered == 0)
		g_string_append(text, ", which is neither installed nor in a repository");
	if (installed != 0)
		g_string_append_printf(text, "; %s is installed", pool_id2str(
			pool, pool_id2solvable(pool, installed)->evr));
	if (offered != 0)
		g_string_append_printf(text, "; %s has %s%s%s", kp_solve_where(solve, offered),
				       pool_id2str(pool, pool_id2solvable(pool, offered)->evr),
				       hidden != NULL ? ", but " : "", hidden != NULL ? hidden : "");
	else if (means_kernel(solve, dep))
		g_string_append_printf(text, ", and %s", kernels);
	return g_string_free(text, FALSE);
}

static char *needs(KpSolve *solve, const char *who, Id from, Id dep, gboolean nobody)
{
	gboolean installed = pool_id2solvable(solve->pool, from)->repo == solve->installed;
	g_autofree char *there = nobody ? instead(solve, dep) : NULL;

	if (dep_name(solve->pool, dep) == solve->tie) {
		g_autofree char *kernel = kp_solve_tie_text(solve, from);

		return g_strdup_printf("%s is for kernel %s, which is not installed", who,
				       kernel != NULL ? kernel : "?");
	}
	return g_strdup_printf("%s%s needs %s%s", who, installed ? ", which is installed," : "",
			       pool_dep2str(solve->pool, dep), nobody ? there : "");
}

/* Whether packages that are not in the pool could make the rule hold: one that is
 * needed, or a newer one in place of what does not go together. */
static gboolean others_could_help(const KpSolve *solve, SolverRuleinfo type, Id from, Id to, Id dep)
{
	switch (type) {
	case SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP:
	case SOLVER_RULE_PKG_REQUIRES:
		return !means_kernel(solve, dep);
	case SOLVER_RULE_PKG_CONFLICTS:
		return !kp_solve_is_kernel(solve, from) && !kp_solve_is_kernel(solve, to);
	default:
		return FALSE;
	}
}

static const char *if_kernel(const KpSolve *solve, Id id)
{
	return kp_solve_is_kernel(solve, id) ?
		"; kpatch-manager installs, replaces and removes no kernel" : "";
}

/* NULL: the rule says nothing that would help. */
static char *reason(KpSolve *solve, SolverRuleinfo type, Id from, Id to, Id dep)
{
	/* what other rules call from and to are no packages */
	gboolean packages = (type & SOLVER_RULE_TYPEMASK) == SOLVER_RULE_PKG;
	g_autofree char *who = packages && from > 0 ? kp_solve_nevra(solve, from) : NULL;
	g_autofree char *other = packages && to > 0 ? kp_solve_nevra(solve, to) : NULL;

	switch (type) {
	case SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP:
		return needs(solve, who, from, dep, TRUE);
	case SOLVER_RULE_PKG_REQUIRES:
		return needs(solve, who, from, dep, FALSE);
	case SOLVER_RULE_PKG_CONFLICTS:
		return g_strdup_printf("%s and %s do not go together%s", who, other,
				       if_kernel(solve, to));
	case SOLVER_RULE_PKG_SELF_CONFLICT:
		return g_strdup_printf("%s conflicts with itself", who);
	case SOLVER_RULE_PKG_OBSOLETES:
	case SOLVER_RULE_PKG_INSTALLED_OBSOLETES:
	case SOLVER_RULE_PKG_IMPLICIT_OBSOLETES:
		return g_strdup_printf("%s takes the place of %s%s", who, other,
				       if_kernel(solve, to));
	case SOLVER_RULE_PKG_NOT_INSTALLABLE:
		return g_strdup_printf("%s cannot be installed on this machine", who);
	default:
		return NULL;
	}
}

static void add_once(GPtrArray *reasons, char *text)
{
	if (text == NULL)
		return;
	if (g_ptr_array_find_with_equal_func(reasons, text, g_str_equal, NULL))
		g_free(text);
	else
		g_ptr_array_add(reasons, text);
}

void kp_solve_explain(KpSolve *solve, Solver *solver, GPtrArray *reasons)
{
	Queue rules;
	Id problem = 0;

	queue_init(&rules);
	while ((problem = solver_next_problem(solver, problem)) != 0) {
		solver_findallproblemrules(solver, problem, &rules);
		for (int i = 0; i < rules.count; i++) {
			Id from = 0, to = 0, dep = 0;
			SolverRuleinfo type = solver_ruleinfo(solver, rules.elements[i], &from, &to,
							      &dep);

			add_once(reasons, reason(solve, type, from, to, dep));
			solve->plan->unsolved |= others_could_help(solve, type, from, to, dep);
		}
	}
	queue_free(&rules);
	if (reasons->len == 0)
		g_ptr_array_add(reasons, g_strdup("what is installed does not leave room for it"));
}
