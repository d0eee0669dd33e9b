/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/lock.h"
#include "fixture.h"
#include "live/above.h"
#include "live/forget.h"
#include "live/store.h"

#define RUNNING "6.1.0-56-amd64"

static KpHost *make_host(const char *root)
{
	KpHost *host;

	fixture_write(root, "/proc/sys/kernel/osrelease", RUNNING "\n", -1);
	host = kp_host_read(root);
	g_assert_cmpstr(host->kver, ==, RUNNING);
	return host;
}

static char *gone(const KpHost *host)
{
	g_autoptr(GPtrArray) list = kp_forget_list(host);

	g_ptr_array_add(list, NULL);
	return g_strjoinv(" ", (char **)list->pdata);
}

#define assert_gone(host, text) do { \
	g_autofree char *found = gone(host); \
	g_assert_cmpstr(found, ==, text); \
} while (0)

static gboolean exists(const char *root, const char *path)
{
	g_autofree char *full = g_build_filename(root, path, NULL);

	return g_file_test(full, G_FILE_TEST_EXISTS);
}

static void test_forget(void)
{
	char *root = fixture_folder();
	KpHost *host = make_host(root);
	g_autoptr(GError) error = NULL;

	fixture_patch(root, KP_STORE_FOLDER, RUNNING, "1-1");
	fixture_patch(root, KP_STORE_FOLDER, "6.1.0-1-amd64", "1-1");
	fixture_patch(root, KP_STORE_FOLDER, "6.1.0-2-amd64", "1-1");
	fixture_patch(root, KP_STORE_FOLDER, "6.1.0-3-amd64", "1-1");
	fixture_patch(root, KP_STORE_FOLDER, "6.1.0-4-amd64", "1-1");
	fixture_write(root, "/lib/modules/6.1.0-2-amd64/modules.dep", "", -1);
	fixture_write(root, "/usr/lib/modules/6.1.0-3-amd64/modules.dep", "", -1);
	fixture_patch(root, KP_PACKAGE_FOLDER, "6.1.0-4-amd64", "1-2");
	/* where the running kernel has none, no folder tells anything */
	assert_gone(host, "");
	fixture_write(root, "/lib/modules/" RUNNING "/modules.dep", "", -1);
	assert_gone(host, "6.1.0-1-amd64");

	fixture_write(root, KP_STORE_FOLDER "/6.1.0-1-amd64/.staged", "half", -1);
	g_assert_true(kp_forget(host, "6.1.0-1-amd64", &error));
	g_assert_no_error(error);
	g_assert_false(exists(root, KP_STORE_FOLDER "/6.1.0-1-amd64"));
	g_assert_true(exists(root, KP_STORE_FOLDER "/6.1.0-2-amd64"));
	assert_gone(host, "");
	kp_host_free(host);
	fixture_remove(root);
}

/* What is no copy of a patch is somebody else's. */
static void test_forget_leaves_others(void)
{
	char *root = fixture_folder();
	KpHost *host = make_host(root);
	g_autoptr(GError) error = NULL;

	fixture_write(root, "/lib/modules/" RUNNING "/modules.dep", "", -1);
	fixture_patch(root, KP_STORE_FOLDER, "6.1.0-1-amd64", "1-1");
	fixture_write(root, KP_STORE_FOLDER "/6.1.0-1-amd64/notes", "mine", -1);
	g_assert_true(kp_forget(host, "6.1.0-1-amd64", &error));
	g_assert_true(exists(root, KP_STORE_FOLDER "/6.1.0-1-amd64/notes"));
	kp_host_free(host);
	fixture_remove(root);
}

static void write_stat(const char *root, long pid, const char *name, long parent)
{
	g_autofree char *path = g_strdup_printf("/proc/%ld/stat", pid);
	g_autofree char *text = g_strdup_printf("%ld (%s) S %ld 1 1", pid, name, parent);

	fixture_write(root, path, text, -1);
}

static int hold_lock(const char *root, const char *text)
{
	g_autofree char *path = g_build_filename(root, KP_LOCK_FILE, NULL);
	int fd;

	fixture_write(root, KP_LOCK_FILE, text, -1);
	fd = open(path, O_RDWR | O_CLOEXEC);
	g_assert_cmpint(flock(fd, LOCK_EX), ==, 0);
	return fd;
}

static void test_above(void)
{
	static const struct {
		const char *holder;
		gboolean held, above;
	} rows[] = {
		{ "900002\n", TRUE, TRUE }, { "900001\n", TRUE, TRUE },
		{ "900002\n", FALSE, FALSE },	/* it let go, the text stayed */
		{ "900003\n", TRUE, FALSE }, { "1\n", TRUE, FALSE }, { "", TRUE, FALSE },
		{ "-5\n", TRUE, FALSE }, { "nobody\n", TRUE, FALSE },
	};
	char *root = fixture_folder();

	write_stat(root, getpid(), "sync) S 7 (", 900001);
	write_stat(root, 900001, "rpm", 900002);
	write_stat(root, 900002, "kpatch-manager", 900002);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		int fd = hold_lock(root, rows[i].holder);

		if (!rows[i].held)
			flock(fd, LOCK_UN);
		g_assert_cmpint(kp_above_holds_lock(root), ==, rows[i].above);
		close(fd);
	}
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sync/forget", test_forget);
	g_test_add_func("/sync/forget-leaves-others", test_forget_leaves_others);
	g_test_add_func("/sync/above", test_above);
	return g_test_run();
}
