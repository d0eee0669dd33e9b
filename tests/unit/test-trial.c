/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "fixture.h"
#include "live/check.h"
#include "live/trial.h"
#include "live/trial-note.h"

typedef struct {
	char *root;
	GPtrArray *warnings;
	char *why;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
	scene->root = fixture_folder();
	scene->warnings = g_ptr_array_new_with_free_func(g_free);
}

static void tear_down(Scene *scene, gconstpointer data)
{
	g_ptr_array_unref(scene->warnings);
	g_free(scene->why);
	fixture_remove(scene->root);
}

static char *add_file(Scene *scene, const char *name, const char *script, mode_t mode)
{
	g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", script);
	char *path = g_build_filename(scene->root, KP_HEALTH_FOLDER, name, NULL);
	g_autofree char *below = g_build_filename(KP_HEALTH_FOLDER, name, NULL);

	fixture_write(scene->root, below, text, -1);
	g_assert_cmpint(chmod(path, mode), ==, 0);
	return path;
}

static void add_check(Scene *scene, const char *name, const char *script)
{
	g_free(add_file(scene, name, script, 0755));
}

static KpTrialResult run(Scene *scene, gint64 window, gint64 timeout, const KpWatch *watch)
{
	const KpTrial trial = { scene->root, "6.1.0-1-amd64", "kpatch_1_2", "1-2",
				window, 1, timeout };

	return kp_trial_run(&trial, watch, scene->warnings, &scene->why);
}

/* What the checks left in the file "log" of the root. */
static void expect_log(Scene *scene, const char *wanted)
{
	g_autofree char *path = g_build_filename(scene->root, "log", NULL);
	g_autofree char *text = kp_read_text(path, 4096);

	g_assert_cmpstr(text, ==, wanted);
}

static char *logs(Scene *scene, const char *what)
{
	return g_strdup_printf("echo %s >>%s/log", what, scene->root);
}

static void test_none(Scene *scene, gconstpointer data)
{
	g_assert_cmpint(run(scene, 60, 1, NULL), ==, KP_TRIAL_NONE);
	g_free(add_file(scene, "README", "exit 1", 0644));
	g_assert_cmpint(run(scene, 60, 1, NULL), ==, KP_TRIAL_NONE);
	g_assert_cmpuint(scene->warnings->len, ==, 0);
}

static void test_names_and_order(Scene *scene, gconstpointer data)
{
	static const char *const names[] = { "20-b", "10-a", "30_c.sh", ".hidden", "x~",
					     "40-d.rpmsave", "50 e", NULL };
	g_autoptr(GPtrArray) checks = NULL;
	GString *line = g_string_new(NULL);

	for (const char *const *name = names; *name != NULL; name++)
		add_check(scene, *name, "exit 0");
	checks = kp_trial_checks(scene->root, scene->warnings);
	for (guint i = 0; i < checks->len; i++) {
		const KpProgram *check = g_ptr_array_index(checks, i);
		g_autofree char *name = g_path_get_basename(check->path);

		g_string_append_printf(line, "%s ", name);
	}
	g_assert_cmpstr(line->str, ==, "10-a 20-b 30_c.sh ");
	g_string_free(line, TRUE);
}

static void test_distrusted(Scene *scene, gconstpointer data)
{
	g_free(add_file(scene, "10-anyone", "exit 1", 0777));
	g_assert_cmpint(run(scene, 0, 1, NULL), ==, KP_TRIAL_NONE);
	g_assert_cmpuint(scene->warnings->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(scene->warnings, 0), "10-anyone"));
}

static void test_folder_of_others(Scene *scene, gconstpointer data)
{
	g_autofree char *folder = g_build_filename(scene->root, KP_HEALTH_FOLDER, NULL);

	add_check(scene, "10-a", "exit 1");
	g_assert_cmpint(chmod(folder, 0777), ==, 0);
	g_assert_cmpint(run(scene, 0, 1, NULL), ==, KP_TRIAL_NONE);
	g_assert_cmpuint(scene->warnings->len, ==, 1);
}

static void test_passes(Scene *scene, gconstpointer data)
{
	g_autofree char *script = logs(scene, "$KPATCH_KERNEL $KPATCH_NAME $KPATCH_VERSION");

	add_check(scene, "10-a", script);
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_PASSED);
	expect_log(scene, "6.1.0-1-amd64 kpatch_1_2 1-2");
}

/* In the window a check runs more than once; the first failure ends it all. */
static void test_window(Scene *scene, gconstpointer data)
{
	g_autofree char *first = logs(scene, "a");
	g_autofree char *second = g_strdup_printf("test $(wc -l <%s/log) -lt 2", scene->root);

	add_check(scene, "10-a", first);
	add_check(scene, "20-b", second);
	g_assert_cmpint(run(scene, 30, 10, NULL), ==, KP_TRIAL_FAILED);
	expect_log(scene, "a\na");
	g_assert_nonnull(strstr(scene->why, "20-b failed: exit status 1"));
}

static void test_says_why(Scene *scene, gconstpointer data)
{
	add_check(scene, "10-a", "echo fine; echo 'no answer from web' >&2; exit 3");
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_FAILED);
	g_assert_nonnull(strstr(scene->why, "exit status 3: no answer from web"));
}

static void test_signal(Scene *scene, gconstpointer data)
{
	add_check(scene, "10-a", "kill -9 $$");
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_FAILED);
	g_assert_nonnull(strstr(scene->why, "signal 9"));
}

static void test_no_program(Scene *scene, gconstpointer data)
{
	g_autofree char *path = g_build_filename(scene->root, KP_HEALTH_FOLDER, "10-a", NULL);

	fixture_write(scene->root, KP_HEALTH_FOLDER "/10-a", "#!/nowhere/sh\n", -1);
	g_assert_cmpint(chmod(path, 0755), ==, 0);
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_FAILED);
	g_assert_nonnull(strstr(scene->why, "cannot be started"));
}

/* Nothing of whoever started us: neither what they left open nor what they set. */
static void test_bare(Scene *scene, gconstpointer data)
{
	g_autofree char *script = g_strdup_printf(
		"{ readlink /proc/$$/fd/* | tr '\\n' ' '; env | grep -v '^_=\\|^PWD=\\|^LANG\\|^LC_ALL\\|^TZ\\|^SHLVL' | "
		"sort | tr '\\n' ' '; } >%s/log", scene->root);
	g_autofree char *wanted = NULL;
	int first = open("/etc/hostname", O_RDONLY | O_CLOEXEC), left;

	g_assert_cmpint(first, >=, 0);
	/* where nothing of ours comes to lie */
	left = fcntl(first, F_DUPFD, 50);
	close(first);
	g_assert_cmpint(left, >=, 50);
	g_setenv("KPATCH_EVIL", "yes", TRUE);
	add_check(scene, "10-a", script);
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_PASSED);
	{
		g_autofree char *path = g_build_filename(scene->root, "log", NULL);
		g_autofree char *text = kp_read_text(path, 4096);

		wanted = g_strdup_printf(" HOME=/ KPATCH_CHECK=%s" KP_HEALTH_FOLDER "/10-a "
					 "KPATCH_KERNEL=6.1.0-1-amd64 KPATCH_NAME=kpatch_1_2 KPATCH_VERSION=1-2 "
					 "PATH=/usr/sbin:/usr/bin:/sbin:/bin", scene->root);
		g_assert_nonnull(strstr(text, wanted));
		g_assert_null(strstr(text, "EVIL"));
		g_assert_nonnull(strstr(text, "10-a"));
		g_assert_null(strstr(text, "hostname"));
	}
	g_unsetenv("KPATCH_EVIL");
	close(left);
}

/* Looked at once, and run again and again: who puts another file in its place has not
 * put another check there. */
static void test_opened_once(Scene *scene, gconstpointer data)
{
	g_autofree char *evil = logs(scene, "evil");
	g_autofree char *script = NULL, *path = NULL;
	GString *said = g_string_new("good\n");

	add_check(scene, ".other", evil);
	path = g_build_filename(scene->root, KP_HEALTH_FOLDER, NULL);
	script = g_strdup_printf("echo good >>%s/log; mv -f %s/.other %s/10-a", scene->root, path, path);
	add_check(scene, "10-a", script);
	g_assert_cmpint(run(scene, 2, 10, NULL), ==, KP_TRIAL_FAILED);	/* mv has nothing to move */
	g_string_append(said, "good");
	expect_log(scene, said->str);
	g_string_free(said, TRUE);
}

/* health.d/app leads to app/check: where @folder is somebody's, they say what it does. */
static void link_to(Scene *scene, const char *target)
{
	g_autofree char *link = g_build_filename(scene->root, KP_HEALTH_FOLDER, "app", NULL);

	g_free(add_file(scene, "README", "", 0644));
	unlink(link);
	g_assert_cmpint(symlink(target, link), ==, 0);
}

static void test_way(Scene *scene, gconstpointer data)
{
	g_autofree char *folder = g_build_filename(scene->root, "app", NULL);
	g_autofree char *check = g_build_filename(folder, "check", NULL);

	fixture_write(scene->root, "app/check", "#!/bin/sh\nexit 0\n", -1);
	g_assert_cmpint(chmod(check, 0755), ==, 0);
	link_to(scene, "/app/check");
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_PASSED);
	/* as far up as ".." leads */
	link_to(scene, "../../../app/./check");
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, g_str_equal(KP_SYSCONFDIR, "/etc") ?
			KP_TRIAL_PASSED : KP_TRIAL_NONE);
	g_assert_cmpint(chmod(folder, 0777), ==, 0);
	link_to(scene, "/app/check");
	g_ptr_array_set_size(scene->warnings, 0);
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_NONE);
	g_assert_cmpuint(scene->warnings->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(scene->warnings, 0),
				"app: others than its owner may write it"));
	/* who cannot move what is not theirs has no say */
	g_assert_cmpint(chmod(folder, 01777), ==, 0);
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_PASSED);
	if (geteuid() != 0)
		return;
	g_assert_cmpint(chmod(folder, 0755), ==, 0);
	g_assert_cmpint(chown(folder, 65534, 65534), ==, 0);
	g_ptr_array_set_size(scene->warnings, 0);
	g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_NONE);
	g_assert_nonnull(strstr(g_ptr_array_index(scene->warnings, 0), "its owner could change what root runs"));
	/* nor is a link of theirs followed */
	g_assert_cmpint(chown(folder, 0, 0), ==, 0);
	{
		g_autofree char *middle = g_build_filename(scene->root, "middle", NULL);

		g_assert_cmpint(symlink("/app/check", middle), ==, 0);
		g_assert_cmpint(lchown(middle, 65534, 65534), ==, 0);
		link_to(scene, "/middle");
		g_ptr_array_set_size(scene->warnings, 0);
		g_assert_cmpint(run(scene, 0, 10, NULL), ==, KP_TRIAL_NONE);
		g_assert_nonnull(strstr(g_ptr_array_index(scene->warnings, 0), "middle: its owner could"));
	}
}

static gboolean is_alive(Scene *scene)
{
	g_autofree char *path = g_build_filename(scene->root, "log", NULL);
	g_autofree char *text = kp_read_text(path, 64);
	int tries = 100;

	g_assert_nonnull(text);
	/* a killed child of nobody's is gone a moment later */
	while (kill((pid_t)atoi(text), 0) == 0 && tries-- > 0) {
		g_autofree char *stat = g_strdup_printf("/proc/%s/stat", text);
		g_autofree char *state = kp_read_text(stat, 256);

		if (state == NULL || strstr(state, ") Z ") != NULL)
			return FALSE;
		g_usleep(10000);
	}
	return tries <= 0;
}

/* Killed with all that it started, also what ignores SIGTERM. */
static void test_hangs(Scene *scene, gconstpointer data)
{
	g_autofree char *script = g_strdup_printf(
		"trap '' TERM; sleep 100 & echo $! >%s/log; wait; sleep 100", scene->root);
	gint64 began = g_get_monotonic_time();

	add_check(scene, "10-a", script);
	g_assert_cmpint(run(scene, 0, 1, NULL), ==, KP_TRIAL_FAILED);
	g_assert_nonnull(strstr(scene->why, "did not end in 1 s"));
	g_assert_cmpint(g_get_monotonic_time() - began, <, 50 * G_USEC_PER_SEC);
	g_assert_false(is_alive(scene));
}

/* Its output stays open with what it left running: that is not waited for. */
static void test_forks_and_stays(Scene *scene, gconstpointer data)
{
	g_autofree char *script = g_strdup_printf("sleep 100 & echo $! >%s/log", scene->root);
	gint64 began = g_get_monotonic_time();

	add_check(scene, "10-a", script);
	g_assert_cmpint(run(scene, 0, 90, NULL), ==, KP_TRIAL_PASSED);
	g_assert_cmpint(g_get_monotonic_time() - began, <, 50 * G_USEC_PER_SEC);
	g_assert_false(is_alive(scene));
}

static void test_never_stops_talking(Scene *scene, gconstpointer data)
{
	add_check(scene, "10-a", "exec yes");
	g_assert_cmpint(run(scene, 0, 1, NULL), ==, KP_TRIAL_FAILED);
	g_assert_nonnull(strstr(scene->why, "did not end in 1 s"));
	g_assert_cmpuint(strlen(scene->why), <, 2048);
}

static void test_stopped(Scene *scene, gconstpointer data)
{
	static volatile sig_atomic_t stop = 1;
	const KpWatch watch = { .stop = &stop };

	add_check(scene, "10-a", "sleep 100");
	g_assert_cmpint(run(scene, 0, 90, &watch), ==, KP_TRIAL_STOPPED);
	g_assert_null(scene->why);
}

/* Others are told while the checks run, and not afterwards. */
static void test_note(Scene *scene, gconstpointer data)
{
	g_autofree char *script = g_strdup_printf("cp %s" KP_TRIAL_NOTE " %s/log", scene->root,
						  scene->root);
	g_autofree char *path = g_build_filename(scene->root, "log", NULL);
	g_autofree char *note = g_build_filename(scene->root, KP_TRIAL_NOTE, NULL);
	g_autofree char *text = NULL;

	fixture_write(scene->root, "run/x", "", 0);
	add_check(scene, "10-a", script);
	g_assert_cmpint(run(scene, 0, 90, NULL), ==, KP_TRIAL_PASSED);
	text = kp_read_text(path, 4096);
	g_assert_nonnull(strstr(text, "name=kpatch_1_2"));
	g_assert_false(g_file_test(note, G_FILE_TEST_EXISTS));
}

/* @start: the 22nd field of /proc/PID/stat; the name of a program may be anything. */
static void put_process(Scene *scene, const char *start)
{
	g_autofree char *stat = g_strdup_printf("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 "
						"17 18 %s 20\n", start);

	fixture_write(scene->root, "proc/7/stat", stat, -1);
}

static void test_note_of_others(Scene *scene, gconstpointer data)
{
	g_autoptr(KpTrialNote) note = NULL;
	g_autofree char *text = NULL;

	fixture_write(scene->root, KP_TRIAL_NOTE, "[trial]\npid=7\nstarted=4711\nuntil=1000\n"
		      "name=kpatch_1_2\nversion=1-2\n", -1);
	g_assert_null(kp_trial_note_read(scene->root));
	put_process(scene, "4712");
	g_assert_null(kp_trial_note_read(scene->root));
	put_process(scene, "4711");
	note = kp_trial_note_read(scene->root);
	g_assert_nonnull(note);
	text = kp_trial_note_text(note);
	g_assert_nonnull(strstr(text, "kpatch_1_2 (1-2) is on trial until "));
	g_assert_nonnull(strstr(text, "(process 7)"));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		void (*run)(Scene *, gconstpointer);
	} rows[] = {
		{ "/trial/none", test_none },
		{ "/trial/names-and-order", test_names_and_order },
		{ "/trial/distrusted", test_distrusted },
		{ "/trial/folder-of-others", test_folder_of_others },
		{ "/trial/passes", test_passes },
		{ "/trial/window", test_window },
		{ "/trial/says-why", test_says_why },
		{ "/trial/signal", test_signal },
		{ "/trial/no-program", test_no_program },
		{ "/trial/bare", test_bare },
		{ "/trial/opened-once", test_opened_once },
		{ "/trial/way", test_way },
		{ "/trial/hangs", test_hangs },
		{ "/trial/forks-and-stays", test_forks_and_stays },
		{ "/trial/never-stops-talking", test_never_stops_talking },
		{ "/trial/stopped", test_stopped },
		{ "/trial/note", test_note },
		{ "/trial/note-of-others", test_note_of_others },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_test_add(rows[i].path, Scene, NULL, set_up, rows[i].run, tear_down);
	return g_test_run();
}
