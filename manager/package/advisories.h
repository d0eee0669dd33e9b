/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin kpatch-solve.so says about CVEs (base/advisory.h). */
#ifndef KP_ADVISORIES_H
#define KP_ADVISORIES_H

#include "base/advisory.h"
#include "base/update.h"

GPtrArray *kp_advisories_read(const char *root, const GPtrArray *repos,
			      const char *const *globs, GPtrArray *warnings);
GPtrArray *kp_offers_read(const char *root, const GPtrArray *repos,
			  const KpOffersWanted *wanted, const KpVersionLocks *locks, GPtrArray *warnings);

/* Says of each kernel of @plan which CVEs its best patch adds: those of advisories
 * about its releases after the one that is installed. */
void kp_advisories_add(const KpUpdateRequest *request, KpUpdatePlan *plan);

#endif
