/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/wait.h"
#include "fixture.h"

struct count {
	int calls;
	int done_at;	/* 0: never */
	int told;
};

static KpTry count_calls(gpointer data, GError **error)
{
	struct count *count = data;

	return ++count->calls == count->done_at ? KP_TRY_DONE : KP_TRY_AGAIN;
}

static KpTry fail(gpointer data, GError **error)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, "no");
	return KP_TRY_FAILED;
}

static void told(const char *what, gint64 waited_ms, gpointer data)
{
	((struct count *)data)->told++;
}

static void test_done(void)
{
	const KpPace pace = { "x", 5000, 1, 4 };
	struct count count = { .done_at = 5 };
	const KpWatch watch = { .progress = told, .data = &count };

	g_assert_cmpint(kp_wait(&pace, &watch, count_calls, &count, NULL), ==, KP_TRY_DONE);
	g_assert_cmpint(count.calls, ==, 5);
	g_assert_cmpint(count.told, ==, 4);
}

static void test_limit(void)
{
	const KpPace pace = { "x", 60, 1, 10 };
	const KpPace at_once = { "x", 0, 1, 10 };
	struct count count = { 0 }, once = { 0 };
	gint64 start = g_get_monotonic_time();

	g_assert_cmpint(kp_wait(&pace, NULL, count_calls, &count, NULL), ==, KP_TRY_AGAIN);
	g_assert_cmpint(g_get_monotonic_time() - start, >=, 60 * 1000);
	/* growing pauses: 1+2+4+8+10+10+10+10+... */
	g_assert_cmpint(count.calls, <=, 11);
	g_assert_cmpint(count.calls, >, 1);
	g_assert_cmpint(kp_wait(&at_once, NULL, count_calls, &once, NULL), ==, KP_TRY_AGAIN);
	g_assert_cmpint(once.calls, ==, 1);
}

static void test_stop(void)
{
	static volatile sig_atomic_t stop = 1;
	const KpPace pace = { "x", 3000, 1, 10 };
	const KpWatch watch = { .stop = &stop };
	struct count count = { 0 };

	g_assert_cmpint(kp_wait(&pace, &watch, count_calls, &count, NULL), ==, KP_TRY_AGAIN);
	g_assert_cmpint(count.calls, ==, 1);
}

static void test_failure(void)
{
	const KpPace pace = { "x", 3000, 1, 10 };
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(kp_wait(&pace, NULL, fail, NULL, &error), ==, KP_TRY_FAILED);
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
}

static void test_lock(void)
{
	char *root = fixture_folder();
	g_autofree char *run = g_build_filename(root, "run", NULL);
	g_autofree char *pid = g_strdup_printf("process %d ", (int)getpid());
	g_autoptr(GError) error = NULL;
	int first, second;

	g_assert_cmpint(g_mkdir_with_parents(run, 0755), ==, 0);
	first = kp_lock_take(root, 0, NULL, &error);
	g_assert_no_error(error);
	second = kp_lock_take(root, 20, NULL, &error);
	g_assert_cmpint(second, ==, -1);
	g_assert_error(error, KP_ERROR, KP_ERROR_BUSY);
	g_assert_nonnull(strstr(error->message, pid));
	g_clear_error(&error);
	close(first);
	second = kp_lock_take(root, 0, NULL, &error);
	g_assert_no_error(error);
	close(second);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wait/done", test_done);
	g_test_add_func("/wait/limit", test_limit);
	g_test_add_func("/wait/stop", test_stop);
	g_test_add_func("/wait/failure", test_failure);
	g_test_add_func("/lock/holder", test_lock);
	return g_test_run();
}
