/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patches that somebody made live from a file of his own. They stay, as all do that
 * were applied, and packages know nothing of them: so it has to be said. */
#ifndef KP_BY_HAND_H
#define KP_BY_HAND_H

#include "base/state.h"
#include "live/live.h"

/* TRUE when the patch with @sha256 went live from a file, and never from a package,
 * according to @records (KpRecord). */
gboolean kp_by_hand(const GPtrArray *records, const char *sha256);

/* The digests in @records for which that is so, and that of @coming, which is not written
 * down yet, if it is one from a file; borrowed. Caller frees the list alone. */
const char **kp_by_hand_digests(const GPtrArray *records, const KpPatch *coming);

/* What there is to say of what is live in @live, NULL when nobody made it so by hand: that
 * it stays, how to end that, and which of @candidates it keeps out. @records: newest
 * first. Caller frees. */
char *kp_by_hand_text(const GPtrArray *records, const GPtrArray *live,
		      const KpCandidates *candidates, const GPtrArray *holds);

/* The patch that packages brought and that what somebody made live by hand keeps out,
 * or NULL. Borrowed. */
const KpPatch *kp_by_hand_shadowed(const GPtrArray *records, const GPtrArray *live,
				   const KpCandidates *candidates, const GPtrArray *holds);

#endif
