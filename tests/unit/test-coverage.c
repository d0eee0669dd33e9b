/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

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
	/* a rule that matches counts, whatever the package says */
	{ "*=2026-11-23", "20270131", "ended", "2026-11-23", "configuration", -1, "2026-11-23" },
	{ "*=2026-11-24", NULL, "ending", "2026-11-24", "configuration", 0, "0 days" },
	/* over the end of a month, of a leap year's February, and of a year */
	{ "", "20280301", "promised", "2028-03-01", "package", 463, NULL },
	{ "", "20270101", "promised", "2027-01-01", "package", 38, NULL },
	{ "", "soon", "unknown", "", NULL, 0, NULL },
	{ "", "20270230", "unknown", "", NULL, 0, NULL },
	{ "", "2027013", "unknown", "", NULL, 0, NULL },
	{ "", "202701311", "unknown", "", NULL, 0, NULL },
	{ "", "00000000", "unknown", "", NULL, 0, NULL },
	{ "", "20271301", "unknown", "", NULL, 0, NULL },
	{ "", "20270229", "unknown", "", NULL, 0, NULL },
	{ "", "20280229", "promised", "2028-02-29", "package", 462, NULL },
	{ "", "", "unknown", "", NULL, 0, NULL },
	{ "", "2027-0131", "unknown", "", NULL, 0, NULL },
	{ "", "2027--0131", "unknown", "", NULL, 0, NULL },
	{ "", "20270131 ", "unknown", "", NULL, 0, NULL },
	{ "", "2027/01-31", "unknown", "", NULL, 0, NULL },
	{ "", "2027-01/31", "unknown", "", NULL, 0, NULL },
	{ "", "9991231x", "unknown", "", NULL, 0, NULL },
	{ "[=5].14*=2026-12-01", NULL, "ending", "2026-12-01", "configuration", 7, "7 days" },
	{ "", "+2027131", "unknown", "", NULL, 0, NULL },
};

/* Whatever the hour, and whatever the time zone: both are UTC's. */
static void test_hours(void)
{
	static const struct {
		gint64 now;
		gint64 warn_days;
		gint64 days;
		const char *word;
	} list[] = {
		{ TODAY - 86400, 0, 1, "promised" },
		{ TODAY - 86399, 0, 0, "ending" },
		{ TODAY - 43200, 0, 0, "ending" },
		{ TODAY, 0, 0, "ending" },
		{ TODAY + 1, 0, -1, "ended" },
		{ TODAY + 86400, 0, -1, "ended" },
		{ TODAY + 86401, 0, -2, "ended" },
		{ TODAY - 30 * 86400LL, 30, 30, "ending" },
		{ TODAY - 31 * 86400LL, 30, 31, "promised" },
		{ TODAY - 31 * 86400LL + 1, 30, 30, "ending" },
	};
	static const char *const zones[] = { "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago" };

	for (gsize i = 0; i < G_N_ELEMENTS(zones) * G_N_ELEMENTS(list); i++) {
		gsize row = i % G_N_ELEMENTS(list);
		KpCoverage coverage;

		g_setenv("TZ", zones[i / G_N_ELEMENTS(list)], TRUE);
		tzset();
		coverage = kp_coverage_find(NULL, "5.14.0-100.x86_64", "20261124", list[row].now,
					    list[row].warn_days);
		g_assert_cmpint(coverage.days, ==, list[row].days);
		g_assert_cmpstr(kp_coverage_word(coverage.state), ==, list[row].word);
	}
}

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
		{ "a=2027-0131", FALSE }, { "a=2027--0131", FALSE }, { "a=2027-02-29", FALSE },
		{ "a=2028-02-29", TRUE }, { "a=0000-01-01", FALSE }, { "a= 2027-01-31", FALSE },
		{ "", FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(list); i++)
		g_assert_cmpint(kp_coverage_rule_valid(list[i].rule), ==, list[i].valid);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/coverage/rows", test_rows);
	g_test_add_func("/coverage/hours", test_hours);
	g_test_add_func("/coverage/rules", test_rules);
	return g_test_run();
}
