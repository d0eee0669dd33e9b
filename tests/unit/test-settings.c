/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/settings.h"
#include "fixture.h"

static KpSettings *read_text(const char *text, GError **error)
{
	char *root = fixture_folder();
	KpSettings *settings;

	if (text != NULL)
		fixture_write(root, KP_SETTINGS_FILE, text, -1);
	settings = kp_settings_read(root, error);
	fixture_remove(root);
	return settings;
}

static void test_defaults(void)
{
	g_autoptr(KpSettings) missing = read_text(NULL, NULL);
	g_autoptr(KpSettings) empty = read_text("# nothing\n[apply]\n", NULL);

	g_assert_nonnull(missing);
	g_assert_nonnull(empty);
	g_assert_cmpint(missing->retry_limit, ==, 10);
	g_assert_cmpint(missing->transition_limit, ==, 60);
	g_assert_cmpint(missing->lock_limit, ==, 30);
	g_assert_cmpint(missing->trial_window, ==, 0);
	g_assert_cmpint(missing->trial_interval, ==, 5);
	g_assert_cmpint(missing->trial_timeout, ==, 30);
	g_assert_cmpint(missing->good_after, ==, 60);
	g_assert_cmpint(missing->verify_modules, ==, KP_VERIFY_REQUIRED);
	g_assert_cmpint(empty->keep, ==, 3);
	g_assert_cmpstr(empty->rpmdb, ==, "auto");
	g_assert_cmpstr(empty->patch_globs[0], ==, "kpatch-patch-*");
	g_assert_null(empty->patch_globs[1]);
	g_assert_cmpint(missing->verify_packages, ==, KP_PACKAGE_REQUIRED);
	g_assert_cmpint(missing->rpm_lock_limit, ==, 60);
	g_assert_cmpint(missing->coverage_warn_days, ==, 30);
	g_assert_null(missing->coverage_until);
}

static void test_values(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpSettings) settings = read_text(
		"[apply]\nretry-limit = 5 \ntransition-limit=7\nlock-limit=0\n"
		"[trial]\nwindow=300\ninterval=1\ntimeout=2\n[boot]\ngood-after=120\n"
		"[store]\nkeep=2\n[verify]\nmodules=warn\n[packages]\nrpmdb=/srv/rpm\npatches=a-*  b\n"
		"verify=warn\nlock-limit=5\n"
		"[coverage]\nwarn-days=7\nuntil=5.14*=2027-01-31 *=2026-12-31\n", &error);

	g_assert_no_error(error);
	g_assert_cmpint(settings->retry_limit, ==, 5);
	g_assert_cmpint(settings->transition_limit, ==, 7);
	g_assert_cmpint(settings->lock_limit, ==, 0);
	g_assert_cmpint(settings->trial_window, ==, 300);
	g_assert_cmpint(settings->trial_interval, ==, 1);
	g_assert_cmpint(settings->trial_timeout, ==, 2);
	g_assert_cmpint(settings->good_after, ==, 120);
	g_assert_cmpint(settings->keep, ==, 2);
	g_assert_cmpint(settings->verify_modules, ==, KP_VERIFY_WARN);
	g_assert_cmpstr(settings->rpmdb, ==, "/srv/rpm");
	g_assert_cmpstr(settings->patch_globs[0], ==, "a-*");
	g_assert_cmpstr(settings->patch_globs[1], ==, "b");
	g_assert_null(settings->patch_globs[2]);
	g_assert_cmpint(settings->verify_packages, ==, KP_PACKAGE_WARN);
	g_assert_cmpint(settings->rpm_lock_limit, ==, 5);
	g_assert_cmpint(settings->coverage_warn_days, ==, 7);
	g_assert_cmpstr(settings->coverage_until[1], ==, "*=2026-12-31");
}

/* Every wrong file is an error that names the file and what is wrong in it. */
static const struct {
	const char *text;
	const char *named;
} wrong[] = {
	{ "[nonsense]\n", "[nonsense]" },
	{ "[apply]\nretry_limit=3\n", "retry_limit" },
	{ "[store]\nretry-limit=3\n", "retry-limit" },
	{ "[apply]\nretry-limit=soon\n", "soon" },
	{ "[apply]\nretry-limit=\n", "whole number" },
	{ "[apply]\nretry-limit=3 s\n", "3 s" },
	{ "[apply]\nretry-limit=-1\n", "-1" },
	{ "[apply]\nretry-limit=99999999999999999999\n", "retry-limit" },
	{ "[apply]\ntransition-limit=0\n", "from 1" },
	{ "[trial]\ninterval=0\n", "from 1" },
	{ "[boot]\nwindow=1\n", "window" },
	{ "[store]\nkeep=1\n", "from 2" },
	{ "[coverage]\nuntil=5.14\n", "PATTERN=" },
	{ "[coverage]\nuntil==2027-01-31\n", "PATTERN=" },
	{ "[coverage]\nuntil=5.14=2027-02-30\n", "5.14=2027-02-30" },
	{ "[packages]\nrpmdb=var/lib/rpm\n", "begins with /" },
	{ "[packages]\npatches= \n", "empty" },
	{ "retry-limit=3\n", "manager.conf" },
	{ "[apply\n", "manager.conf" },
};

static void test_wrong(gconstpointer data)
{
	gsize row = GPOINTER_TO_SIZE(data);
	g_autoptr(GError) error = NULL;

	g_assert_null(read_text(wrong[row].text, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_CONFIG);
	g_assert_nonnull(g_strstr_len(error->message, -1, "manager.conf"));
	g_assert_nonnull(g_strstr_len(error->message, -1, wrong[row].named));
}

/* Drop-ins come after the file, in the order of their names. */
static void test_drop_ins(void)
{
	char *root = fixture_folder();
	g_autoptr(KpSettings) settings = NULL;

	fixture_write(root, KP_SETTINGS_FILE, "[store]\nkeep=4\n[apply]\nretry-limit=1\n", -1);
	fixture_write(root, KP_SETTINGS_FOLDER "/20-b.conf", "[store]\nkeep=6\n", -1);
	fixture_write(root, KP_SETTINGS_FOLDER "/10-a.conf",
		      "[store]\nkeep=5\n[boot]\ngood-after=9\n", -1);
	fixture_write(root, KP_SETTINGS_FOLDER "/30-c.rpmsave", "[nonsense]\n", -1);
	fixture_write(root, KP_SETTINGS_FOLDER "/.40.conf", "[nonsense]\n", -1);
	settings = kp_settings_read(root, NULL);
	g_assert_nonnull(settings);
	g_assert_cmpint(settings->keep, ==, 6);
	g_assert_cmpint(settings->good_after, ==, 9);
	g_assert_cmpint(settings->retry_limit, ==, 1);
	fixture_remove(root);
}

/* Whoever may change one of these decides what is loaded. */
static void test_guarded(void)
{
	static const char *const spoiled[] = {
		KP_SETTINGS_FILE, KP_SYSCONFDIR "/kpatch", KP_SETTINGS_FOLDER,
		KP_SETTINGS_FOLDER "/10.conf",
	};
	char *root = fixture_folder();

	fixture_write(root, KP_SETTINGS_FILE, "[store]\nkeep=4\n", -1);
	fixture_write(root, KP_SETTINGS_FOLDER "/10.conf", "[store]\nkeep=5\n", -1);
	for (gsize i = 0; i < G_N_ELEMENTS(spoiled); i++) {
		g_autofree char *path = g_build_filename(root, spoiled[i], NULL);
		g_autofree char *advice = g_strdup_printf("'chmod go-w %s'", path);
		g_autoptr(KpSettings) before = kp_settings_read(root, NULL);
		g_autoptr(GError) error = NULL;
		struct stat st;

		g_assert_nonnull(before);
		g_assert_cmpint(stat(path, &st), ==, 0);
		g_assert_cmpint(chmod(path, st.st_mode | S_IWOTH), ==, 0);
		g_assert_null(kp_settings_read(root, &error));
		g_assert_error(error, KP_ERROR, KP_ERROR_CONFIG);
		g_assert_nonnull(strstr(error->message, advice));
		g_assert_cmpint(chmod(path, st.st_mode & 07777), ==, 0);
	}
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/settings/defaults", test_defaults);
	g_test_add_func("/settings/values", test_values);
	g_test_add_func("/settings/drop-ins", test_drop_ins);
	g_test_add_func("/settings/guarded", test_guarded);
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *path = g_strdup_printf("/settings/wrong/%zu", i);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_wrong);
	}
	return g_test_run();
}
