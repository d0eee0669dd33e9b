/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of releases, beside librpm's own. */
#include <rpm/rpmver.h>

#include "base/release.h"
#include "base/version.h"

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

static void test_order(void)
{
	/* each older than the next */
	static const char *const ordered[] = {
		NULL, "livepatch_fix", "0-0", "1-1", "1-2~rc1", "1-2", "1-2^20260101", "1-2.el9",
		"1-2.el9_1", "1-2.1", "1-9", "1-10", "1.1-1", "2-1", "10-1", "1:0-0", "2:0-0",
	};

	for (gsize a = 0; a < G_N_ELEMENTS(ordered); a++)
		for (gsize b = 0; b < G_N_ELEMENTS(ordered); b++)
			g_assert_cmpint(sign(kp_version_compare(ordered[a], ordered[b])), ==,
					(a > b) - (a < b));
}

static void test_same(void)
{
	static const char *const same[][2] = {
		{ "1-2", "0:1-2" }, { "1-2", "1-02" }, { "1.0-2", "1_0-2" }, { "1-2", "1-2." },
		{ "00:1-2", "1-2" }, { "1-2", "01-2" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
		g_assert_cmpint(kp_version_compare(same[i][0], same[i][1]), ==, 0);
		g_assert_cmpint(kp_version_compare(same[i][1], same[i][0]), ==, 0);
	}
}

/* What a module says and what its package is called. */
static void test_with_dist(void)
{
	static const struct {
		const char *version, *evr;
		gboolean same;
	} rows[] = {
		{ "1-2", "1-2", TRUE }, { "1-2", "1-2.el9", TRUE }, { "1-2", "3:1-2.el9_4", TRUE },
		{ "1-02", "1-2.el9", TRUE }, { "1-2.el9", "1-2.el9", TRUE },
		{ "1-2", "1-2.el9.site", TRUE }, { "1-2.el9", "1-2.el9.site", TRUE },
		{ "1-2", "1-2.1", FALSE }, { "1-2", "1-20", FALSE }, { "1-2", "1-2.1.el9", FALSE },
		{ "1-2.el9", "1-2.el8", FALSE }, { "1-2.el9", "1-2", FALSE },
		{ "1-2~rc1", "1-2.el9", FALSE }, { "1", "1.el9-2", FALSE },
		{ "livepatch_fix", "1-2", FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s and %s", rows[i].version, rows[i].evr);
		g_assert_cmpint(kp_release_same(rows[i].version, rows[i].evr), ==, rows[i].same);
	}
}

/* Whole releases of kernels, where a letter is no newer than a number. */
static void test_kernels(void)
{
	static const char *const ordered[] = {
		"4.18.0-305.el8.x86_64", "4.18.0-305.25.1.el8_4.x86_64",
		"5.14.0-70.13.1.el9_0.x86_64", "5.14.0-362.el9.x86_64",
		"5.14.0-362.8.1.el9_3.x86_64", "5.14.0-427.el9.x86_64", "6.1.0-9-amd64",
		"6.1.0-57-amd64", "6.12.0-0.rc1.el10.x86_64", "6.12.0-55.el10.x86_64",
	};

	for (gsize i = 1; i < G_N_ELEMENTS(ordered); i++)
		g_assert_cmpint(kp_version_compare(ordered[i - 1], ordered[i]), <, 0);
}

/* What says no release has no place among those that do. */
static void test_nameless(void)
{
	g_assert_true(kp_version_says("1-2"));
	g_assert_false(kp_version_says("livepatch_fix"));
	g_assert_false(kp_version_says(""));
	g_assert_false(kp_version_says(NULL));
	g_assert_cmpint(kp_version_compare("livepatch_fix", "1-2"), <, 0);
	g_assert_cmpint(kp_version_compare("1-2", "livepatch_fix"), >, 0);
	g_assert_cmpint(kp_version_compare(NULL, "livepatch_fix"), <, 0);
}

/* Few letters, so that long parts are often the same; no '-' and ':', where parts end. */
static void make_part(char *part, gsize size)
{
	static const char letters[] = "0012aBz..~^_+";
	gsize length = (gsize)g_test_rand_int_range(1, (gint32)size);

	part[0] = (char)('0' + g_test_rand_int_range(0, 10));
	for (gsize i = 1; i < length; i++)
		part[i] = letters[g_test_rand_int_range(0, sizeof(letters) - 1)];
	part[length] = '\0';
}

static void test_as_librpm(void)
{
	char a[9], b[9];

	for (int i = 0; i < 200000; i++) {
		g_autofree char *left = NULL, *right = NULL;

		make_part(a, sizeof(a));
		make_part(b, sizeof(b));
		left = g_strdup_printf("1-%s", a);
		right = g_strdup_printf("1-%s", b);
		if (sign(kp_version_compare(a, b)) != sign(rpmvercmp(a, b)) ||
		    sign(kp_version_compare(left, right)) != sign(rpmvercmp(a, b)))
			g_error("%s and %s: librpm says %d", a, b, rpmvercmp(a, b));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/version/order", test_order);
	g_test_add_func("/version/same", test_same);
	g_test_add_func("/version/with-dist", test_with_dist);
	g_test_add_func("/version/kernels", test_kernels);
	g_test_add_func("/version/nameless", test_nameless);
	g_test_add_func("/version/as-librpm", test_as_librpm);
	return g_test_run();
}
