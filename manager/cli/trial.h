/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a patch that is on trial, or fails it. */
#ifndef KP_CLI_TRIAL_H
#define KP_CLI_TRIAL_H

#include "cli/journal.h"
#include "cli/report.h"
#include "cli/scene.h"

/* Runs the health checks on @patch, which has just gone live. When one fails
 * the patch is blocked and what @scene found live before comes back, in one
 * step, or none. FALSE then, and the error says all of it. */
gboolean kp_trial_after_apply(const KpScene *scene, KpJournal *journal, const KpPatch *patch,
			      KpProgress *progress, GPtrArray *warnings, GError **error);

/* Stops the trial that another process runs, if there is one: the patch stays live, and
 * the lock becomes free for whoever takes it back. */
void kp_trial_end(const KpOptions *options);

/* The health checks failed because of @why: blocks @patch and makes @previous
 * live, NULL: none. @scene is as it is now. Sets @error in any case. */
void kp_trial_take_back(const KpScene *scene, KpJournal *journal, const KpPatch *patch,
			const KpPatch *previous, const char *why, KpProgress *progress,
			GPtrArray *warnings, GError **error);

/* Records that @patch passed, or failed because of @why, also in @journal. */
void kp_trial_record(const KpScene *scene, KpJournal *journal, const KpPatch *patch,
		     const char *why, GPtrArray *warnings);

#endif
