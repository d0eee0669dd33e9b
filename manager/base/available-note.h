/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing what base/available.h reads. */
#ifndef KP_AVAILABLE_NOTE_H
#define KP_AVAILABLE_NOTE_H

#include "base/update.h"

/* Notes what @plan found to be the best for each of its kernels; @repos is the
 * KpRepoData that it was made from. @all: these are all kernels; else what is known of
 * others stays, and when somebody looked at all of them. For whoever has just planned
 * with repositories and no restriction but --kernel; who may not write there has an
 * error, and nothing is lost by it. */
gboolean kp_available_note(const char *root, const KpUpdatePlan *plan, const GPtrArray *repos,
			   gboolean all, GError **error);

#endif
