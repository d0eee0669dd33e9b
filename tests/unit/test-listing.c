/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder that cannot be read is no empty one: the same of all that list folders. With no
 * descriptor left no folder can be opened, whoever one is. */
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/listing.h"
#include "base/replace.h"
#include "fixture.h"
#include "live/install.h"
#include "live/store.h"
#include "live/trial.h"

#define KVER "6.12.0-55.el10.x86_64"

static struct rlimit usual;

/* What is open stays open, and nothing more can be. */
static void run_out_of_descriptors(void)
{
	struct rlimit none;
	int lowest = dup(STDERR_FILENO);

	g_assert_cmpint(lowest, >, 0);
	close(lowest);
	getrlimit(RLIMIT_NOFILE, &usual);
	none = usual;
	none.rlim_cur = (rlim_t)lowest;
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
}

static void have_descriptors(void)
{
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &usual), ==, 0);
}

static char *new_tree(void)
{
	char *root = fixture_folder();

	fixture_machine(root, KVER);
	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "1-1");
	return root;
}

static void test_names(void)
{
	char *root = fixture_folder();
	g_autofree char *missing = g_build_filename(root, "missing", NULL);
	g_autofree char *file = g_build_filename(root, "b", NULL);
	g_autoptr(GPtrArray) names = NULL, none = NULL, below = NULL, unread = NULL;
	g_autoptr(GError) error = NULL;

	fixture_write(root, "/b", "", 0);
	fixture_write(root, "/a", "", 0);
	fixture_write(root, "/.c", "", 0);
	names = kp_list_folder(root, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(names->len, ==, 3);
	g_assert_cmpstr(names->pdata[0], ==, ".c");
	g_assert_cmpstr(names->pdata[1], ==, "a");
	g_assert_cmpstr(names->pdata[2], ==, "b");
	none = kp_list_folder(missing, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(none->len, ==, 0);
	below = kp_list_folder(file, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(below->len, ==, 0);
	run_out_of_descriptors();
	unread = kp_list_folder(root, &error);
	have_descriptors();
	g_assert_null(unread);
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, root));
	fixture_remove(root);
}

static void test_store(void)
{
	char *root = new_tree();
	g_autoptr(KpCandidates) all = kp_store_scan(root, KVER), unread = NULL;
	g_autoptr(GPtrArray) kernels = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_cmpuint(all->patches->len, ==, 1);
	g_assert_false(all->unread);
	run_out_of_descriptors();
	unread = kp_store_scan(root, KVER);
	kernels = kp_store_kernels(root, &error);
	have_descriptors();
	g_assert_true(unread->unread);
	g_assert_cmpuint(unread->problems->len, ==, 1);
	g_assert_null(kernels);
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	fixture_remove(root);
}

static void test_installed(void)
{
	char *root = new_tree();
	g_autoptr(GPtrArray) list = NULL;
	g_autofree char *path = NULL;
	g_autoptr(GError) of_list = NULL, of_path = NULL, of_uninstall = NULL;
	gboolean found;

	run_out_of_descriptors();
	list = kp_installed_list(root, &of_list);
	path = kp_installed_find(root, KVER, "kpatch-test-1-1", &of_path);
	g_assert_false(kp_uninstall(root, KVER, "kpatch-test-1-1", &found, &of_uninstall));
	have_descriptors();
	g_assert_null(list);
	g_assert_error(of_list, KP_ERROR, KP_ERROR_FAILED);
	g_assert_null(path);
	g_assert_nonnull(strstr(of_path->message, "cannot be read"));
	g_assert_nonnull(strstr(of_uninstall->message, "cannot be read"));
	fixture_remove(root);
}

static void test_checks(void)
{
	char *root = new_tree();
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free), checks = NULL;

	fixture_write(root, KP_HEALTH_FOLDER "/check", "", 0);
	run_out_of_descriptors();
	checks = kp_trial_checks(root, warnings);
	have_descriptors();
	g_assert_cmpuint(checks->len, ==, 0);
	g_assert_cmpuint(warnings->len, ==, 1);
	g_assert_nonnull(strstr(warnings->pdata[0], "no health check is run"));
	fixture_remove(root);
}

/* What g_file_set_contents() had begun when the power went. */
static void left(const char *root, const char *path, gint64 age)
{
	g_autofree char *full = g_build_filename(root, path, NULL);
	struct timeval old = { .tv_sec = g_get_real_time() / G_USEC_PER_SEC - age };
	const struct timeval times[] = { old, old };

	fixture_write(root, path, "half", -1);
	g_assert_cmpint(utimes(full, times), ==, 0);
}

static void test_replaced(void)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, "note", NULL), *text = NULL;
	g_autoptr(GPtrArray) names = NULL;
	g_autoptr(GError) error = NULL;
	static const char *const stay[] = { "note", "note.Xy12z", "note.conf-x", "note.young1",
					    "other.Xy12zQ" };

	left(root, "note.Xy12zQ", 7200);	/* the only one that is nobody's */
	left(root, "note.young1", 60);
	left(root, "note.Xy12z", 7200);
	left(root, "note.conf-x", 7200);
	left(root, "other.Xy12zQ", 7200);
	g_assert_true(kp_replace_file(path, "new", -1, FALSE, &error));
	g_assert_no_error(error);
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "new");
	names = kp_list_folder(root, &error);
	g_assert_cmpuint(names->len, ==, G_N_ELEMENTS(stay));
	for (guint i = 0; i < names->len; i++)
		g_assert_cmpstr(names->pdata[i], ==, stay[i]);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/listing/names", test_names);
	g_test_add_func("/listing/store", test_store);
	g_test_add_func("/listing/installed", test_installed);
	g_test_add_func("/listing/health-checks", test_checks);
	g_test_add_func("/listing/replaced", test_replaced);
	return g_test_run();
}
