/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long patches for a kernel are promised. */
#ifndef KP_COVERAGE_H
#define KP_COVERAGE_H

#include <glib.h>

typedef enum {
	KP_COVERAGE_UNKNOWN,
	KP_COVERAGE_PROMISED,
	KP_COVERAGE_ENDING,	/* soon */
	KP_COVERAGE_ENDED,
} KpCoverageState;

typedef struct {
	KpCoverageState state;
	char until[16];		/* the last day, YYYY-MM-DD; "" if it is not known */
	gint64 days;		/* from today to then; negative: days since then */
	const char *from;	/* who says so: "configuration" or "package"; or NULL */
} KpCoverage;

/* TRUE when @rule may stand in [coverage] until=: GLOB=YYYY-MM-DD. */
gboolean kp_coverage_rule_valid(const char *rule);

/* What @rules say of @kver, the first that matches; else what its newest patch
 * package says, @package, which may be NULL (YYYYMMDD, or with dashes). @today is
 * in seconds since the epoch. Pure. */
KpCoverage kp_coverage_find(const char *const *rules, const char *kver, const char *package,
			    gint64 today, gint64 warn_days);

/* "promised", "ending", "ended"; "unknown" */
const char *kp_coverage_word(KpCoverageState state);

/* What there is to warn of, for people; NULL: nothing. Caller frees. */
char *kp_coverage_warning(const KpCoverage *coverage, const char *kver);

#endif
