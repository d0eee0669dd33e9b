/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on top. Of two patches of one function the one that was enabled last is in
 * force, whatever their releases are. */
#ifndef KP_STACK_H
#define KP_STACK_H

#include "live/live.h"

/* Sorts @live (KpLivePatch) for kp_live_read(): what is enabled comes first, and of one
 * backend what is on top. That is told by the attribute stack_order, which kpatch.ko has,
 * and livepatch from Linux 6.14 on; else by the order in which modules were loaded, for a
 * patch is enabled when it is loaded; where /proc/modules is silent, too, the newest
 * release counts as the topmost. Also notes what is covered by what is above it. */
void kp_stack_sort(GPtrArray *live, const char *root);

#endif
