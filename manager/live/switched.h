/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of which objects the functions of a live patch are switched, as the kernel says. */
#ifndef KP_SWITCHED_H
#define KP_SWITCHED_H

#include "live/live.h"

/* Fills pending and missed of @patch, which is enabled and in no transition, from its
 * folder in /sys; @kver: the kernel that runs, may be NULL. */
void kp_switched_read(const char *root, const char *kver, KpLivePatch *patch);

/* Why functions of @patch are not switched: a sentence for each object that it has
 * missed, or NULL. Caller frees. */
char *kp_switched_problem(const char *root, const char *kver, const KpLivePatch *patch);

#endif
