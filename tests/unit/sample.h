/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patches, holds and live patches that exist only in memory, for the pure
 * functions: select, preflight, plan. */
#ifndef KP_SAMPLE_H
#define KP_SAMPLE_H

#include "base/state.h"
#include "live/host.h"
#include "live/live.h"
#include "live/patch.h"
#include "live/store.h"

#define SAMPLE_KVER "6.1.0-56-amd64"

/* Adds a patch called kpatch_VERSION to @candidates, and returns it. */
KpPatch *sample_patch(KpCandidates *candidates, KpOrigin origin, const char *version);
KpCandidates *sample_candidates(void);

/* Adds a hold of @patch to @holds. */
void sample_hold(GPtrArray *holds, const KpPatch *patch);
GPtrArray *sample_holds(void);

/* Adds a patch of the kernel to @live. */
KpLivePatch *sample_live(GPtrArray *live, const char *name, const char *version,
			 gboolean enabled);
GPtrArray *sample_lives(void);

/* A machine that runs SAMPLE_KVER, with the core module and livepatch. */
KpHost *sample_host(void);

#endif
