/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every planning rule, one file each. With file names as arguments it prints the
 * plans instead of testing them. */
#include <solv/knownid.h>
#include <solv/solvable.h>
#include <stdio.h>
#include <string.h>

#include "plan-case.h"

static void test_case(gconstpointer data)
{
	PlanCase *plan_case = plan_case_read(data);
	g_autofree char *plan = plan_case_run(plan_case);

	g_assert_cmpstr(plan, ==, plan_case_expected(plan_case));
	plan_case_free(plan_case);
}

static Id add_package(const KpSolve *solve, Repo *repo, const char *name, const char *provides)
{
	Id id = repo_add_solvable(repo);
	Solvable *s = pool_id2solvable(solve->pool, id);

	s->name = pool_str2id(solve->pool, name, 1);
	s->evr = pool_str2id(solve->pool, "1-1", 1);
	s->arch = pool_str2id(solve->pool, "x86_64", 1);
	solvable_add_deparray(s, SOLVABLE_PROVIDES, solvable_selfprovidedep(s), -1);
	if (provides != NULL)
		solvable_add_deparray(s, SOLVABLE_PROVIDES,
				      pool_rel2id(solve->pool, pool_str2id(solve->pool, provides, 1),
						  s->evr, REL_EQ, 1), -1);
	return id;
}

/* Whether a transaction passes that installs @id, or takes it away if that is < 0. */
static gboolean passes(const KpSolve *solve, Id id)
{
	g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);
	Transaction *transaction;
	Queue decisions;
	gboolean ok;

	queue_init(&decisions);
	queue_push(&decisions, id);
	transaction = transaction_create_decisionq(solve->pool, &decisions, NULL);
	g_assert_cmpint(transaction->steps.count, ==, 1);
	ok = kp_solve_spares_kernels(solve, transaction, reasons);
	g_assert_cmpuint(reasons->len, ==, ok ? 0 : 1);
	g_assert_true(ok || strstr(g_ptr_array_index(reasons, 0), "kernel package kernel-core-1-1.x86_64"));
	transaction_free(transaction);
	queue_free(&decisions);
	return ok;
}

/* No case gets as far as this door: the transactions are made by hand. */
static void test_last_door(void)
{
	static const char *const globs[] = { "kpatch-patch-*", NULL };
	const KpUpdateRequest request = { .globs = globs };
	const KpSource source = { NULL, NULL, NULL };
	const KpRepo main_repo = { .id = (char *)"main" };
	g_autoptr(KpSolve) solve = kp_solve_new(&request, &source, "x86_64");
	Repo *repo = kp_solve_add_repo(solve, "main", &main_repo);
	Id kernel = add_package(solve, solve->installed, "kernel-core", KP_TIE);
	Id tool = add_package(solve, solve->installed, "tool", NULL);
	Id other = add_package(solve, repo, "kernel-core", KP_TIE);
	Id patch = add_package(solve, repo, "kpatch-patch-1", NULL);

	pool_createwhatprovides(solve->pool);
	g_assert_true(passes(solve, patch));
	g_assert_true(passes(solve, -tool));
	g_assert_false(passes(solve, -kernel));
	g_assert_false(passes(solve, other));
}

static int print_plans(char **paths)
{
	for (; *paths != NULL; paths++) {
		PlanCase *plan_case = plan_case_read(*paths);
		g_autofree char *plan = plan_case_run(plan_case);

		printf("== %s\n%s", *paths, plan);
		plan_case_free(plan_case);
	}
	return 0;
}

static int compare(gconstpointer a, gconstpointer b)
{
	return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *find_cases(void)
{
	g_autofree char *folder = g_test_build_filename(G_TEST_DIST, "tests", "unit", "plans", NULL);
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	g_assert_nonnull(dir);
	while ((name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".case"))
			g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(paths, compare);
	return paths;
}

int main(int argc, char **argv)
{
	g_autoptr(GPtrArray) paths = NULL;
	int result;

	if (argc > 1 && argv[1][0] != '-')
		return print_plans(argv + 1);
	g_test_init(&argc, &argv, NULL);
	paths = find_cases();
	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);
		g_autofree char *base = g_path_get_basename(path);
		g_autofree char *name = g_strdup_printf("/plans/%.*s",
							(int)(strrchr(base, '.') - base), base);

		g_test_add_data_func(name, path, test_case);
	}
	g_test_add_func("/plans/last-door", test_last_door);
	result = g_test_run();
	return result;
}
