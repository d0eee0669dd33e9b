/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"
#include "base/names.h"
#include "live/module.h"

#include <errno.h>

static void test_spellings(void)
{
	static const char *const same[] = { "kpatch-6_1-1-2", "kpatch_6_1_1_2", "kpatch-6_1-1-2.ko",
					    "/usr/lib/kpatch/x/kpatch_6_1-1_2.ko" };

	for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
		g_autofree char *name = kp_name_canonical(same[i]);

		g_assert_cmpstr(name, ==, "kpatch_6_1_1_2");
	}
	g_assert_false(kp_name_equal("kpatch-1-1", "kpatch-1-2"));
}

static void test_versions(void)
{
	static const char *const ordered[] = { NULL, "0-0", "1-1", "1-2", "1-9", "1-10",
					       "1.1-1", "2-1", "10-1" };

	for (gsize a = 0; a < G_N_ELEMENTS(ordered); a++)
		for (gsize b = 0; b < G_N_ELEMENTS(ordered); b++) {
			int order = kp_version_compare(ordered[a], ordered[b]);

			g_assert_cmpint((order > 0) - (order < 0), ==, (a > b) - (a < b));
		}
}

static void test_kvers(void)
{
	g_autofree char *longest = g_strnfill(64, 'a');
	g_autofree char *longer = g_strnfill(65, 'a');

	g_assert_true(kp_kver_valid("6.1.0-56-amd64"));
	g_assert_true(kp_kver_valid("6.12.117+deb12-amd64"));
	g_assert_true(kp_kver_valid("5.14.0-362.8.1.el9_3.x86_64"));
	g_assert_true(kp_kver_valid(longest));
	g_assert_false(kp_kver_valid(longer));
	g_assert_false(kp_kver_valid(""));
	g_assert_false(kp_kver_valid(".."));
	g_assert_false(kp_kver_valid("a/b"));
	g_assert_false(kp_kver_valid("a\033[2J"));
}

static void test_exit_codes(void)
{
	static const struct {
		int code, exit;
	} rows[] = {
		{ KP_ERROR_FAILED, 1 }, { KP_ERROR_USAGE, 2 }, { KP_ERROR_CONFIG, 2 },
		{ KP_ERROR_BUSY, 3 }, { KP_ERROR_REFUSED, 4 },
	};
	g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_NOENT, "x");

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = g_error_new_literal(KP_ERROR, rows[i].code, "x");

		g_assert_cmpint(kp_error_exit_code(error), ==, rows[i].exit);
	}
	g_assert_cmpint(kp_error_exit_code(foreign), ==, 1);
	g_assert_cmpstr(kp_error_word(foreign), ==, "failed");
}

static void check_load_error(int code, int meaning, const char *word)
{
	g_autoptr(GError) error = NULL;

	kp_module_set_error(&error, "x.ko", code);
	g_assert_error(error, KP_ERROR, meaning);
	g_assert_nonnull(g_strstr_len(error->message, -1, "x.ko"));
	g_assert_nonnull(g_strstr_len(error->message, -1, word));
}

static void test_load_errors(void)
{
	check_load_error(EKEYREJECTED, KP_ERROR_REFUSED, "signature");
	check_load_error(EBADMSG, KP_ERROR_REFUSED, "signature");
	check_load_error(ENOEXEC, KP_ERROR_REFUSED, "headers");
	check_load_error(EINVAL, KP_ERROR_REFUSED, "dmesg");
	check_load_error(ENOENT, KP_ERROR_REFUSED, "symbol");
	check_load_error(EEXIST, KP_ERROR_FAILED, "lsmod");
	check_load_error(EPERM, KP_ERROR_REFUSED, "lockdown");
	check_load_error(EBUSY, KP_ERROR_BUSY, "not safe");
	check_load_error(ENOTTY, KP_ERROR_FAILED, "ioctl");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/names/spellings", test_spellings);
	g_test_add_func("/names/versions", test_versions);
	g_test_add_func("/names/kernels", test_kvers);
	g_test_add_func("/errors/exit-codes", test_exit_codes);
	g_test_add_func("/errors/module-loading", test_load_errors);
	return g_test_run();
}
