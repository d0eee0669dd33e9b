/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was found in an updateinfo.xml, kept: reading it again costs seconds where
 * a repository has thousands of advisories, and few are about kernels. */
#ifndef KP_ADVISORY_CACHE_H
#define KP_ADVISORY_CACHE_H

#include "base/advisory.h"

/* What was kept of @data for @globs: KpAdvisory; NULL when there is nothing, it
 * is of another state of the repository, or damaged. Caller unrefs. */
GPtrArray *kp_advisory_cache_read(const char *root, const KpRepoData *data,
				  const char *const *globs);

/* Keeps @list. Who may not write there keeps nothing: it is a cache. */
void kp_advisory_cache_write(const char *root, const KpRepoData *data,
			     const char *const *globs, const GPtrArray *list);

#endif
