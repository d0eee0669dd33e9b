/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/coverage.h"

/* 2026-11-24 23:59:59 UTC */
#define TODAY (20781 * 86400LL + 86399)

static const struct {
	const char *rules;	/* with blanks between */
	const char *package;
	const char *word, *until, *from;
	gint64 days;
	const char *warning;	/* part of it */
} rows[] = {
	{ "", NULL, "unknown", "", NULL, 0, NULL },
	{ "", "20270131", "promised", "2027-01-31", "package", 68, NULL },
	{ "", "2027-01-31", "promised", "2027-01-31", "package", 68, NULL },
	{ "", "20261225", "promised", "2026-12-25", "package", 31, NULL },
	{ "", "20261224", "ending", "2026-12-24", "package", 30, "30 days from now" },
	{ "", "20261125", "ending", "2026-11-25", "package", 1, "1 day from now" },
	{ "", "20261124", "ending", "2026-11-24", "package", 0, "0 days from now" },
	{ "", "20261123", "ended", "2026-11-23", "package", -1, "were promised until 2026-11-23" },
	{ "5.14.0-1*=2026-12-01 *=2030-01-01", "20270131", "ending", "2026-12-01",
	  "configuration", 7, "7 days" },
	{ "4.*=2026-12-01 *=2030-01-01", "20270131", "promised", "2030-01-01",
	  "configuration", 1134, NULL },
	{ "4.*=2026-12-01", "20270131", "promised", "2027-01-31", "package", 68, NULL },
	{ "", "soon", "unknown", "", NULL, 0, NULL },
	{ "", "20270230", "unknown", "", NULL, 0, NULL },
	{ "", "2027013", "unknown", "", NULL, 0, NULL },
	{ "", "202701311", "unknown", "", NULL, 0, NULL },
	{ "", "00000000", "unknown", "", NULL, 0, NULL },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GStrv) rules = g_strsplit(rows[i].rules, " ", -1);
		KpCoverage coverage = kp_coverage_find((const char *const *)rules,
						       "5.14.0-100.x86_64", rows[i].package,
						       TODAY, 30);
		g_autofree char *warning = kp_coverage_warning(&coverage, "5.14.0-100.x86_64");

		g_test_message("%s, %s", rows[i].rules, rows[i].package);
		g_assert_cmpstr(kp_coverage_word(coverage.state), ==, rows[i].word);
		g_assert_cmpstr(coverage.until, ==, rows[i].until);
		g_assert_cmpstr(coverage.from, ==, rows[i].from);
		g_assert_cmpint(coverage.days, ==, rows[i].days);
		g_assert_true((warning != NULL) == (rows[i].warning != NULL));
		if (warning != NULL)
			g_assert_nonnull(g_strstr_len(warning, -1, rows[i].warning));
	}
}

static void test_rules(void)
{
	static const struct {
		const char *rule;
		gboolean valid;
	} list[] = {
		{ "*=2027-01-31", TRUE }, { "a=b=2027-01-31", TRUE }, { "5.14*=20270131", TRUE },
		{ "2027-01-31", FALSE }, { "=2027-01-31", FALSE }, { "a=", FALSE },
		{ "a=2027-13-01", FALSE }, { "a=2027-1-1", FALSE }, { "a=20-270131", FALSE },
		{ "", FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(list); i++)
		g_assert_cmpint(kp_coverage_rule_valid(list[i].rule), ==, list[i].valid);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/coverage/rows", test_rows);
	g_test_add_func("/coverage/rules", test_rules);
	return g_test_run();
}
