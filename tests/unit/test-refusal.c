/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "live/refusal.h"
#include "live/stalled.h"

static const char whole[] =
	"patch kpatch_x_1_2\n"
	"object vmlinux\n"
	"function cmdline_proc_show\n"
	"task my shell\n"
	"pid 42\n"
	"stack\n"
	" cmdline_proc_show+0x1/0x20\n"
	" seq_read_iter+0x100/0x400\n";

static void test_whole(void)
{
	g_autoptr(KpRefusal) refusal = kp_refusal_parse(whole);
	g_autofree char *text = kp_refusal_text(refusal);

	g_assert_cmpstr(refusal->patch, ==, "kpatch_x_1_2");
	g_assert_cmpstr(refusal->object, ==, "vmlinux");
	g_assert_cmpstr(refusal->function, ==, "cmdline_proc_show");
	g_assert_cmpstr(refusal->task, ==, "my shell");
	g_assert_cmpstr(refusal->pid, ==, "42");
	g_assert_cmpuint(refusal->frames->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(refusal->frames, 0), ==, "cmdline_proc_show+0x1/0x20");
	g_assert_cmpstr(text, ==,
			"function cmdline_proc_show is on the stack of task my shell (pid 42)");
}

static void test_partial(void)
{
	g_autoptr(KpRefusal) empty = kp_refusal_parse("");
	g_autoptr(KpRefusal) bare = kp_refusal_parse("function f\nnews from tomorrow\n");
	g_autoptr(KpRefusal) module = kp_refusal_parse("object nf_tables\nfunction f\npid 7");
	g_autoptr(KpRefusal) late = kp_refusal_parse("patch p\nerror -62\nstack\n");
	g_autoptr(KpRefusal) crowd = kp_refusal_parse("patch p\nerror -28\nstack\n");
	g_autoptr(KpRefusal) stack = kp_refusal_parse("error -22\ntask t\npid 7\nstack\n");
	g_autoptr(KpRefusal) loading = kp_refusal_parse("patch p\nobject nf_tables\nerror -16\n");
	g_autoptr(KpRefusal) hook =
		kp_refusal_parse("patch p\nobject nf_tables\nhook pre_patch\nerror -16\n");
	g_autofree char *hook_text = kp_refusal_text(hook);
	g_autofree char *loading_text = kp_refusal_text(loading);
	g_autofree char *late_text = kp_refusal_text(late);
	g_autofree char *crowd_text = kp_refusal_text(crowd);
	g_autofree char *stack_text = kp_refusal_text(stack);
	g_autofree char *nothing = kp_refusal_text(empty);
	g_autofree char *little = kp_refusal_text(bare);
	g_autofree char *more = kp_refusal_text(module);

	g_assert_nonnull(g_strstr_len(late_text, -1, "stop_limit_us"));
	g_assert_nonnull(g_strstr_len(crowd_text, -1, "so many tasks end"));
	g_assert_nonnull(g_strstr_len(hook_text, -1, "pre_patch hook for nf_tables"));
	g_assert_cmpstr(loading_text, ==, "module nf_tables is being loaded");
	g_assert_cmpstr(stack_text, ==,
			"it cannot be told which functions are on the stack of task t (pid 7)");
	g_assert_nonnull(g_strstr_len(nothing, -1, "did not say"));
	g_assert_cmpstr(little, ==, "function f is on the stack of a task");
	g_assert_cmpstr(more, ==,
			"function f of module nf_tables is on the stack of a task (pid 7)");
}

static void test_oversized(void)
{
	GString *text = g_string_new("function f\n");
	g_autoptr(KpRefusal) refusal = NULL;

	for (int i = 0; i < 100000; i++)
		g_string_append(text, " frame+0x0/0x1\n");
	g_string_append(text, "task too_late\n");
	refusal = kp_refusal_parse(text->str);
	g_assert_cmpuint(refusal->frames->len, <=, 64);
	g_assert_null(refusal->task);
	g_string_free(text, TRUE);
}

static void test_hostile(void)
{
	g_autoptr(KpRefusal) refusal = kp_refusal_parse("function f\ntask \033[2Jx\377\npid 1\n");

	g_assert_cmpstr(refusal->task, ==, "?[2Jx?");
}

static void add_task(const char *root, const char *pid, const char *tid, const char *comm,
		     const char *state)
{
	g_autofree char *name = g_strdup_printf("proc/%s/task/%s/comm", pid, tid);
	g_autofree char *file = g_strdup_printf("proc/%s/task/%s/patch_state", pid, tid);

	fixture_write(root, name, comm, -1);
	fixture_write(root, file, state, -1);
}

static void test_stalled(void)
{
	char *root = fixture_folder();
	g_autofree char *old_text = NULL, *none = NULL;
	g_autoptr(GPtrArray) names = NULL;
	guint count;

	add_task(root, "1", "1", "init\n", "1\n");
	add_task(root, "20", "20", "server\n", "1\n");
	add_task(root, "20", "21", "wor\033ker\n", "0\n");
	add_task(root, "30", "30", "idle\n", "-1\n");
	old_text = kp_stalled_text(root, 0);
	g_assert_cmpstr(old_text, ==, "1 task has not switched: wor?ker (pid 21)");
	names = kp_stalled_tasks(root, 1, 1, &count);
	g_assert_cmpuint(count, ==, 2);
	g_assert_cmpuint(names->len, ==, 1);
	none = kp_stalled_text(root, 7);
	g_assert_cmpstr(none, ==, "no task can be named");
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/refusal/whole", test_whole);
	g_test_add_func("/refusal/partial", test_partial);
	g_test_add_func("/refusal/oversized", test_oversized);
	g_test_add_func("/refusal/hostile", test_hostile);
	g_test_add_func("/stalled/tasks", test_stalled);
	return g_test_run();
}
