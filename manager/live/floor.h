/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No way back unasked: the oldest release that may go live by itself. */
#ifndef KP_FLOOR_H
#define KP_FLOOR_H

#include "base/state.h"
#include "live/patch.h"

/* The release in @records (KpRecord of one kernel, newest first) of the stream of @patch
 * (stream.h) that went live last: what is older is refused unless it is asked for. Each that went live was
 * no older than the one before, or asked for, so this is the highest since
 * anybody asked. Releases that @holds keep away since are passed over, and after
 * a way back to no patch there is none: NULL. Borrowed. Pure. */
const KpRecord *kp_floor_find(const GPtrArray *records, const GPtrArray *holds,
			      const KpPatch *patch);

/* Its version-release, also where an older program wrote a module's name in its place; NULL:
 * there is none. Caller frees. */
char *kp_floor_release(const GPtrArray *records, const GPtrArray *holds, const KpPatch *patch);

#endif
