/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What making a patch live does to the others that are. */
#ifndef KP_EFFECTS_H
#define KP_EFFECTS_H

#include "cli/scene.h"
#include "live/plan.h"

/* A sentence for each patch that is live beside @patch: char *. Caller unrefs. */
GPtrArray *kp_effects(const KpScene *scene, const KpPatch *patch);

/* Warns of what is foreign and would be live no more when @plan was carried out. */
void kp_effects_warn(const KpScene *scene, const KpPlan *plan);

#endif
