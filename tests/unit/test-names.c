/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"
#include "base/names.h"
#include "base/release.h"
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

static void test_releases_in_names(void)
{
	static const struct {
		const char *name, *kver, *release;
	} rows[] = {
		{ "kpatch_5_14_0_362_8_1_1_2", "5.14.0-362.8.1.el9_3.x86_64", "1-2" },
		{ "kpatch_5_14_0_362_8_1_1_10", "5.14.0-362.8.1.el9_3.x86_64", "1-10" },
		{ "kpatch_4_18_0_147_1_4", "4.18.0-147.el8.x86_64", "1-4" },
		{ "kpatch_5_14_0_362_8_1_el9_3_1_2", "5.14.0-362.8.1.el9_3.x86_64", "1-2" },
		{ "kpatch_5_14_0_362_8_1_el9_3_x86_64_1_2", "5.14.0-362.8.1.el9_3.x86_64", "1-2" },
		{ "kpatch_5_14_0_362_8_1_1_0_3", "5.14.0-362.8.1.el9_3.x86_64", "1.0-3" },
		{ "kpatch_5_14_0_362_8_1_1_2_el9", "5.14.0-362.8.1.el9_3.x86_64", "1-2.el9" },
		{ "kpatch_6_1_0_56_amd64_1_2", "6.1.0-56-amd64", "1-2" },
		{ "kpatch_6_12_55_2_7", "6.12.55", "2-7" },
		{ "kpatch_5_14_0_362_8_1", "5.14.0-362.8.1.el9_3.x86_64", NULL },
		{ "kpatch_5_14_0_362_8_1_2", "5.14.0-362.8.1.el9_3.x86_64", NULL },
		{ "kpatch_5_14_0_427_13_1_1_2", "5.14.0-362.8.1.el9_3.x86_64", NULL },
		{ "kpatch_cve_2024_1086", "5.14.0-362.8.1.el9_3.x86_64", NULL },
		{ "livepatch_fix", "5.14.0-362.8.1.el9_3.x86_64", NULL },
		{ "kpatch_", "5.14.0-362.8.1.el9_3.x86_64", NULL },
		{ "kpatch_1_2", "x86", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *release = kp_release_in_name(rows[i].name, rows[i].kver);

		g_assert_cmpstr(release, ==, rows[i].release);
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

/* ESC, C1 as UTF-8 and as a byte, the marks that turn text round, a lone half of a
 * character; and what is harmless. */
static const struct {
	const char *text, *printable, *lines, *json;
} texts[] = {
	{ "", "", "", "" },
	{ "1-1 b\u00e4 \u65e5", "1-1 b\u00e4 \u65e5", "1-1 b\u00e4 \u65e5", "1-1 b\u00e4 \u65e5" },
	{ "a\033[2J", "a\\x1b[2J", "a\\x1b[2J", "a\\u001b[2J" },
	{ "a\302\2332J", "a\\xc2\\x9b2J", "a\\xc2\\x9b2J", "a\\u009b2J" },
	{ "a\2332J", "a\\x9b2J", "a\\x9b2J", "a\uFFFD2J" },
	{ "\342\200\256gnp", "\\xe2\\x80\\xaegnp", "\\xe2\\x80\\xaegnp", "\\u202egnp" },
	{ "\342\201\246x", "\\xe2\\x81\\xa6x", "\\xe2\\x81\\xa6x", "\\u2066x" },
	{ "x\303", "x\\xc3", "x\\xc3", "x\uFFFD" },
	{ "a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd", "a\nb\tc\\x0dd", "a\nb\\u0009c\\u000dd" },
	{ "\177", "\\x7f", "\\x7f", "\\u007f" },
	{ "\363\240\201\201", "\\xf3\\xa0\\x81\\x81", "\\xf3\\xa0\\x81\\x81",
	  "\\udb40\\udc41" },
};

static void test_harmless(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *printable = kp_text_printable(texts[i].text);
		g_autofree char *lines = kp_text_lines(texts[i].text);
		g_autofree char *json = kp_text_json(texts[i].text);
		g_autofree char *again = kp_text_lines(lines);

		g_assert_cmpstr(printable, ==, texts[i].printable);
		g_assert_cmpstr(lines, ==, texts[i].lines);
		g_assert_cmpstr(json, ==, texts[i].json);
		g_assert_cmpstr(again, ==, lines);
	}
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
	check_load_error(EBUSY, KP_ERROR_BUSY, "not safe");
	check_load_error(ENOTTY, KP_ERROR_FAILED, "ioctl");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/names/spellings", test_spellings);
	g_test_add_func("/names/releases-in-names", test_releases_in_names);
	g_test_add_func("/names/kernels", test_kvers);
	g_test_add_func("/names/harmless", test_harmless);
	g_test_add_func("/errors/exit-codes", test_exit_codes);
	g_test_add_func("/errors/module-loading", test_load_errors);
	return g_test_run();
}
