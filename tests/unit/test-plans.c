/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every planning rule, one file each. With file names as arguments it prints the
 * plans instead of testing them. */
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
	result = g_test_run();
	return result;
}
