/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans of the kpatch command, whose load and unload mean this boot alone. */
#ifndef KP_UNLOAD_H
#define KP_UNLOAD_H

#include "live/plan.h"

/* Takes out what is loaded under @name in any spelling, all when NULL, and
 * holds nothing: the next boot or sync may take it again. @live must outlive
 * the plan. Caller frees. */
KpPlan *kp_plan_unload(const GPtrArray *live, const char *name);

/* Takes the steps out of @plan that keep copies of patches. */
void kp_plan_drop_keep(KpPlan *plan);

#endif
