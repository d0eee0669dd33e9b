/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one place that speaks for the commands which change something. */
#ifndef KP_REPORT_H
#define KP_REPORT_H

#include "cli/options.h"
#include "live/plan.h"

/* To standard output, unless --quiet or --json. */
void kp_say(const KpOptions *options, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Who vouched for @patch, if it was verified. */
void kp_say_signer(const KpOptions *options, const KpPatch *patch);

/* To standard error. */
void kp_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
void kp_warn_all(const GPtrArray *texts);
void kp_report_error(const GError *error);

/* Prints the steps of @plan for people. */
void kp_report_steps(const KpPlan *plan);

/* Everything a command did or would do, as JSON (kpatch-manager(8), JSON). */
typedef struct {
	const char *action;
	const char *kver;
	const KpPlan *plan;	/* NULL: there was none */
	const KpPatch *patch;	/* that was looked at, NULL: none */
	const char *result;	/* "done", "nothing", "would-change", kp_error_word() */
	const GError *error;	/* may be NULL */
	const GPtrArray *reasons;	/* char *, may be NULL */
	const GPtrArray *warnings;	/* char * */
} KpOutcome;

void kp_report_json(const KpOutcome *outcome);

/* A line on a terminal while something takes long. */
typedef struct {
	KpWatch watch;		/* for the stages that wait */
	gint64 shown;		/* seconds that stand there; 0: no line */
} KpProgress;

/* Makes @progress ready; it must stay where it is while its watch is used. */
void kp_progress_init(KpProgress *progress, const KpOptions *options);

/* Wipes the line away, if there is one. */
void kp_progress_end(KpProgress *progress);

#endif
