/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After holds were lost with a damaged state: what may have been held stays away. */
#ifndef KP_DOUBT_H
#define KP_DOUBT_H

#include "base/state.h"
#include "live/live.h"
#include "live/store.h"

/* Adds to @holds one for each of @candidates that @known (may be NULL) does not call good
 * and that is not among @live (may be NULL), which somebody wanted. */
void kp_doubt_add(GPtrArray *holds, KpState *known, const KpCandidates *candidates,
		  const GPtrArray *live);

/* Writes such holds into @state for all kernels, and ends the doubt. @live is of the
 * kernel @running. *@count: how many. */
gboolean kp_doubt_settle(KpState *state, const char *root, const char *running,
			 const GPtrArray *live, guint *count, GError **error);

#endif
