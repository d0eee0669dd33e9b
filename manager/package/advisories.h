/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin kpatch-solve.so says about CVEs (base/advisory.h). */
#ifndef KP_ADVISORIES_H
#define KP_ADVISORIES_H

#include "base/advisory.h"

GPtrArray *kp_advisories_read(const char *root, const GPtrArray *repos,
			      const char *const *globs, GPtrArray *warnings);
GPtrArray *kp_offers_read(const char *root, const GPtrArray *repos, const char *const *globs,
			  GPtrArray *warnings);
int kp_evr_compare(const char *a, const char *b);

#endif
