/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a decision to an outcome: preflight, plan, execution, report. */
#ifndef KP_CHANGE_H
#define KP_CHANGE_H

#include "cli/options.h"
#include "cli/report.h"
#include "cli/scene.h"
#include "live/plan.h"
#include "live/preflight.h"

/* Each returns an exit code, or -1 with @error set. */

/* Makes @patch live, or with --dry-run shows what would be done. @asking: by whom it was
 * chosen. */
int kp_change_apply(const KpScene *scene, const KpOptions *options, const char *action,
		    const KpPatch *patch, KpAsking asking, KpProgress *progress,
		    GError **error);

/* Goes back to @target, NULL: to no patch. @asking: what is foreign goes, too, if somebody
 * named where to go. */
int kp_change_rollback(const KpScene *scene, const KpOptions *options,
		       const KpPatch *target, KpAsking asking, KpProgress *progress,
		       GError **error);

/* Puts @target, NULL: no patch, in the place of what is live and must not stay, whichever
 * is newer. Nothing is held. */
int kp_change_replace(const KpScene *scene, const KpOptions *options, const char *action,
		      const KpPatch *target, KpProgress *progress, GError **error);

/* TRUE when nothing speaks against @patch; else KP_ERROR_REFUSED has all that
 * does, and is reported as JSON if that is wanted. */
gboolean kp_change_preflight(const KpScene *scene, const KpOptions *options,
			     const char *action, const KpPatch *patch, KpAsking asking,
			     GError **error);

/* Whoever installed a package must hear why what it brought is not live: because of what
 * somebody applied by hand. TRUE. */
gboolean kp_change_warn_shadowed(const KpScene *scene);

/* Reports that there was nothing to do. */
int kp_change_nothing(const KpScene *scene, const KpOptions *options, const char *action);

/* Reports that there is none to choose, and why. Files that were all passed over
 * are a failure that must show; no patch, or only held ones, is a fact. */
int kp_change_none_chosen(const KpScene *scene, const KpOptions *options, const char *action);

/* What was chosen for the user never takes the place of something newer. */
gboolean kp_change_newer_is_live(const KpScene *scene, const KpPatch *patch);

#endif
