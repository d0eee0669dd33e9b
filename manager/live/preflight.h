/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that speaks against making a patch live, found before anything is
 * touched, and all of it at once. Beside the facts it is given it reads what the
 * kernel says of the patch's own targets (conflict.h). */
#ifndef KP_PREFLIGHT_H
#define KP_PREFLIGHT_H

#include "live/host.h"
#include "live/select.h"

/* The reasons against @patch on @host: char *, empty when there is none.
 * @floor (may be NULL): the version that went live last, see floor.h.
 * @older_ok: it was asked for by rollback or a flag. Caller unrefs. */
GPtrArray *kp_preflight(const KpHost *host, const KpPatch *patch, const GPtrArray *live,
			const GPtrArray *holds, const char *floor, gboolean older_ok);

#endif
