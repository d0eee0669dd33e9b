/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams. Patches of one stream are releases of one thing, and each has what the older
 * ones have: only they have an order. Another vendor's patch, an emergency patch or a
 * sample is neither newer nor older than they are. Pure: no I/O. */
#ifndef KP_STREAM_H
#define KP_STREAM_H

#include "base/state.h"
#include "live/live.h"
#include "live/store.h"

/* The stream of the module @name with this release: its name, but for the release at its
 * end. kpatch_site_1_2 with 1-2 is of kpatch_site. Caller frees. */
char *kp_stream_name(const char *name, const char *version);

/* TRUE when both are of one stream. */
gboolean kp_stream_same(const char *name, const char *version, const char *other_name,
			const char *other_version);

/* Notes in @live which patches are foreign: enabled, of no stream of @candidates, and
 * @records (KpRecord of the kernel @kver, newest first; NULL: not known) do not say that
 * we made them live. Also which ones packages had, and have another stream for now. */
void kp_stream_mark(GPtrArray *live, const KpCandidates *candidates, const GPtrArray *records,
		    const char *kver);

/* Those of @patches (KpPatch) that may be taken unasked: of the stream that is live; else
 * that was live last; else that packages have; else of the newest copy. Elements are
 * borrowed, caller unrefs. */
GPtrArray *kp_stream_followed(const GPtrArray *patches, const GPtrArray *live,
			      const GPtrArray *records);

/* The newest release that is enabled in the stream of @patch, wherever in the stack, or
 * NULL. */
const KpLivePatch *kp_stream_newest(const GPtrArray *live, const KpPatch *patch);

/* TRUE when packages for this kernel go on from the release of @live: it came in one, or
 * is of their stream. What somebody built himself has numbers of its own. */
gboolean kp_stream_is_packaged(const KpLivePatch *live, const KpCandidates *candidates,
			       const GPtrArray *records);

#endif
