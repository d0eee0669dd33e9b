/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/coverage.h"

#include <fnmatch.h>
#include <string.h>

#define SECONDS_PER_DAY 86400

/* YYYY-MM-DD or YYYYMMDD. */
static gboolean parse_day(const char *text, GDate *day)
{
	gsize dash = strlen(text) == 10 ? 1 : 0;
	char digits[9];
	guint number;

	if (strlen(text) != 8 + 2 * dash || (dash > 0 && (text[4] != '-' || text[7] != '-')))
		return FALSE;
	g_snprintf(digits, sizeof(digits), "%.4s%.2s%.2s", text, text + 4 + dash,
		   text + 6 + 2 * dash);
	if (strspn(digits, "0123456789") != 8)
		return FALSE;
	number = (guint)g_ascii_strtoull(digits, NULL, 10);
	if (!g_date_valid_dmy((GDateDay)(number % 100), (GDateMonth)(number / 100 % 100),
			      (GDateYear)(number / 10000)))
		return FALSE;
	g_date_clear(day, 1);
	g_date_set_dmy(day, (GDateDay)(number % 100), (GDateMonth)(number / 100 % 100),
		       (GDateYear)(number / 10000));
	return TRUE;
}

gboolean kp_coverage_rule_valid(const char *rule)
{
	const char *equals = strrchr(rule, '=');
	GDate day;

	return equals != NULL && equals != rule && parse_day(equals + 1, &day);
}

static gboolean find_rule(const char *const *rules, const char *kver, GDate *day)
{
	for (; rules != NULL && *rules != NULL; rules++) {
		const char *equals = strrchr(*rules, '=');
		g_autofree char *glob = equals != NULL ? g_strndup(*rules, (gsize)(equals - *rules)) : NULL;

		if (glob != NULL && fnmatch(glob, kver, 0) == 0)
			return parse_day(equals + 1, day);
	}
	return FALSE;
}

KpCoverage kp_coverage_find(const char *const *rules, const char *kver, const char *package,
			    gint64 today, gint64 warn_days)
{
	KpCoverage coverage = { .state = KP_COVERAGE_UNKNOWN };
	GDate end, now;

	if (find_rule(rules, kver, &end))
		coverage.from = "configuration";
	else if (package != NULL && parse_day(package, &end))
		coverage.from = "package";
	else
		return coverage;
	/* days are those of UTC, as in the timestamps of everything else */
	g_date_clear(&now, 1);
	g_date_set_dmy(&now, 1, G_DATE_JANUARY, 1970);
	g_date_add_days(&now, (guint)(today / SECONDS_PER_DAY));
	coverage.days = g_date_days_between(&now, &end);
	g_date_strftime(coverage.until, sizeof(coverage.until), "%Y-%m-%d", &end);
	coverage.state = coverage.days < 0 ? KP_COVERAGE_ENDED :
			 coverage.days <= warn_days ? KP_COVERAGE_ENDING : KP_COVERAGE_PROMISED;
	return coverage;
}

const char *kp_coverage_word(KpCoverageState state)
{
	static const char *const words[] = {
		[KP_COVERAGE_UNKNOWN] = "unknown", [KP_COVERAGE_PROMISED] = "promised",
		[KP_COVERAGE_ENDING] = "ending", [KP_COVERAGE_ENDED] = "ended",
	};

	return words[state];
}

char *kp_coverage_warning(const KpCoverage *coverage, const char *kver)
{
	if (coverage->state == KP_COVERAGE_ENDED)
		return g_strdup_printf("Patches for kernel %s were promised until %s: boot a newer "
				       "kernel.", kver, coverage->until);
	if (coverage->state != KP_COVERAGE_ENDING)
		return NULL;
	return g_strdup_printf("Patches for kernel %s are promised until %s, %" G_GINT64_FORMAT
			       " day%s from now: plan to boot a newer kernel.", kver,
			       coverage->until, coverage->days, coverage->days == 1 ? "" : "s");
}
