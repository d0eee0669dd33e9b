/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A patch that has just gone live is on trial: the administrator's health
 * checks decide whether it stays. */
#ifndef KP_TRIAL_H
#define KP_TRIAL_H

#include "base/wait.h"
#include "live/patch.h"

#define KP_HEALTH_FOLDER KP_SYSCONFDIR "/kpatch/health.d"

typedef struct {
	const char *root;
	const char *kver;
	const char *name;	/* of the patch on trial */
	const char *version;
	gint64 window;		/* seconds in which the checks are repeated; 0: one round */
	gint64 interval;	/* seconds between two rounds */
	gint64 timeout;		/* seconds that one check may take */
} KpTrial;

typedef enum {
	KP_TRIAL_NONE,		/* there is no check: nothing was tried */
	KP_TRIAL_PASSED,
	KP_TRIAL_FAILED,	/* *@why says which check, and how */
	KP_TRIAL_STOPPED,	/* the watch said stop */
} KpTrialResult;

/* The checks below @root, in the order they run: KpProgram. As run-parts(8)
 * has it, names are of letters, digits, '_', '-' and '.', and files that are
 * not executable are passed over; so are names that package managers make, and
 * those that begin with '.'. A file that others than root could write, or could put in
 * its place, is no check: that is added to @warnings. Caller unrefs. */
GPtrArray *kp_trial_checks(const char *root, GPtrArray *warnings);

/* Runs the checks for the window. Caller frees *@why. */
KpTrialResult kp_trial_run(const KpTrial *trial, const KpWatch *watch, GPtrArray *warnings,
			   char **why);

#endif
