/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of several patches is the right one. Pure: no I/O. */
#ifndef KP_SELECT_H
#define KP_SELECT_H

#include "base/state.h"
#include "live/live.h"
#include "live/patch.h"

typedef struct {
	const KpPatch *patch;	/* the choice, borrowed; NULL: none */
	GPtrArray *reasons;	/* char *: why others were not taken */
	gboolean others;	/* some are of another stream */
} KpChoice;

void kp_choice_free(KpChoice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpChoice, kp_choice_free)

/* TRUE when @hold keeps away what is called so, for the kernel @kver. */
gboolean kp_hold_covers(const KpHold *hold, const char *kver, const KpIdentity *identity);

/* TRUE when @hold keeps @patch away. */
gboolean kp_hold_means(const KpHold *hold, const KpPatch *patch);

/* The hold that keeps @patch away, or NULL; a block comes before a hold. What is
 * held is the release: the same content, or the same release of its stream built
 * once more. What is blocked is the content alone. */
const KpHold *kp_hold_of(const GPtrArray *holds, const KpPatch *patch);

/* The newest of @patches that is not held, nor left for an older one (asked.h), nor
 * known to be revoked (whoever verifies the choice, and finds that, asks again). Of two with one version the
 * packages' wins over the store's. Caller frees. */
KpChoice *kp_select_best(const GPtrArray *patches, const GPtrArray *holds);

/* The same of those that may be taken unasked (stream.h); of all, when nothing is live that
 * another stream would take the place of. Caller frees. */
KpChoice *kp_select_followed(const GPtrArray *patches, const GPtrArray *holds,
			     const GPtrArray *live, const GPtrArray *records);

/* The patch that @word names: a module name in any spelling, or a
 * version-release. NULL when there is none. */
const KpPatch *kp_select_named(const GPtrArray *patches, const char *word);

/* Where a rollback from @live goes, if to a copy that is not held: to the release before
 * it, and where its stream has none to what @records (KpRecord, newest first) say was live
 * before. NULL when there is none. */
const KpPatch *kp_select_previous(const GPtrArray *patches, const GPtrArray *holds,
				  const KpLivePatch *live, const GPtrArray *records);

#endif
