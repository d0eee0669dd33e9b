/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has it come about? A step that went well says little of what is in force afterwards. */
#ifndef KP_OUTCOME_H
#define KP_OUTCOME_H

#include "live/plan.h"

/* Compares what /sys below @root shows with what @plan wanted: exactly the patches it names
 * are enabled, and its target is at rest, has the release that was meant and none of its
 * stream above it. Any difference is KP_ERROR_FAILED, and named. TRUE without a look when
 * @plan changes nothing in the kernel. */
gboolean kp_outcome_check(const char *root, const KpPlan *plan, GError **error);

#endif
