/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "live/limits.h"
#include "live/stalled.h"

static void test_grow(void)
{
	static const struct {
		gint64 seconds;
		KpSize size;
		gint64 wanted;
	} rows[] = {
		{ 60, { 0, 0 }, 60000 },
		{ 60, { 64, 0 }, 120000 },
		{ 60, { 0, 8000 }, 120000 },
		{ 60, { 128, 80000 }, 780000 },
		{ 10, { 2, 100 }, 10000 + 312 + 125 },
		{ 0, { 512, 100000 }, 0 },
		{ 86400, { 4096, 4000000 }, 86400000 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(kp_limit_ms(rows[i].seconds, rows[i].size), ==, rows[i].wanted);
}

static void test_tasks(void)
{
	g_assert_cmpuint(kp_size_tasks("0.20 0.18 0.12 1/80 11206"), ==, 80);
	g_assert_cmpuint(kp_size_tasks("0.20 0.18"), ==, 0);
	g_assert_cmpuint(kp_size_tasks(""), ==, 0);
}

static void test_read(void)
{
	char *root = fixture_folder();

	g_assert_cmpuint(kp_size_read(root).tasks, ==, 0);
	fixture_write(root, "proc/loadavg", "0.00 0.01 0.05 2/4711 99\n", -1);
	g_assert_cmpuint(kp_size_read(root).tasks, ==, 4711);
	g_assert_cmpuint(kp_size_read(root).cpus, >, 0);
	fixture_remove(root);
}

static void test_frames(void)
{
	static const struct {
		const char *stack;
		const char *wanted;
	} rows[] = {
		{ "[<0>] kthreadd+0x1a/0x2f\n[<0>] ret_from_fork+0x1/0x3\n",
		  "kthreadd+0x1a/0x2f < ret_from_fork+0x1/0x3" },
		{ "[<0>] do_x+0x1/0x2 [target]\n", "do_x+0x1/0x2 [target]" },
		{ "a\nb\nc\nd\ne\nf\ng\nh\n", "a < b < c < d < e < f" },
		{ "[<0>] \033[31m\n", "?[31m" },
		{ "", NULL },
		{ "\n\n", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *frames = kp_stalled_frames(rows[i].stack);

		g_assert_cmpstr(frames, ==, rows[i].wanted);
	}
}

static void add_task(const char *root, const char *pid, const char *tid, const char *state)
{
	g_autofree char *folder = g_strdup_printf("proc/%s/task/%s", pid, tid);
	g_autofree char *patch_state = g_build_filename(folder, "patch_state", NULL);
	g_autofree char *comm = g_build_filename(folder, "comm", NULL);
	g_autofree char *stack = g_build_filename(folder, "stack", NULL);

	fixture_write(root, patch_state, state, -1);
	fixture_write(root, comm, "worker\n", -1);
	fixture_write(root, stack, "[<0>] do_wait+0x1/0x2\n", -1);
}

static void test_stalled(void)
{
	char *root = fixture_folder();
	g_autofree char *text = NULL;
	g_autofree char *none = NULL;

	add_task(root, "7", "7", "1\n");
	add_task(root, "7", "8", "0\n");
	add_task(root, "9", "9", "-1\n");
	text = kp_stalled_text(root, 0);
	none = kp_stalled_text(root, 2);
	g_assert_cmpstr(text, ==, "1 task has not switched: worker (pid 8) in do_wait+0x1/0x2");
	g_assert_cmpstr(none, ==, "no task can be named");
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/limits/grow", test_grow);
	g_test_add_func("/limits/tasks", test_tasks);
	g_test_add_func("/limits/read", test_read);
	g_test_add_func("/stalled/frames", test_frames);
	g_test_add_func("/stalled/tasks", test_stalled);
	return g_test_run();
}
