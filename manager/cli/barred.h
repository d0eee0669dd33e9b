/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Releases that must not be chosen, as the planner wants to hear of them. */
#ifndef KP_BARRED_H
#define KP_BARRED_H

#include "base/update.h"
#include "cli/status.h"

/* What is held or blocked, and of what lies on disk the releases that are revoked:
 * KpBarred. Caller unrefs. */
GPtrArray *kp_barred_read(const KpStatus *status);

#endif
