/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that speaks against making a patch live, found before anything is
 * touched, and all of it at once. Beside the facts it is given it reads what the
 * kernel says of the patch's own targets (conflict.h). */
#ifndef KP_PREFLIGHT_H
#define KP_PREFLIGHT_H

#include "live/host.h"
#include "live/select.h"

/* How far somebody asked for it. */
typedef enum {
	KP_UNASKED,		/* a boot, a trigger, apply without a name: it may take the place
				 * of its own stream alone (stream.h) */
	KP_ASKED_BACK,		/* the way back from what we made live: not of what is foreign */
	KP_ASKED_BY_NAME,	/* in place of whatever is live */
} KpAsking;

/* The reasons against @patch on @host: char *, empty when there is none.
 * @floor (may be NULL): the version of its stream that went live last, see floor.h.
 * @older_ok: it was asked for by rollback or a flag. Caller unrefs. */
GPtrArray *kp_preflight(const KpHost *host, const KpPatch *patch, const GPtrArray *live,
			const GPtrArray *holds, const char *floor, gboolean older_ok,
			KpAsking asking);

#endif
