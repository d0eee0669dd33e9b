/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading one updateinfo.xml. */
#ifndef KP_UPDATEINFO_H
#define KP_UPDATEINFO_H

#include "base/advisory.h"

/* The advisories in the file @path, plain or compressed as its name says, about
 * packages whose name matches one of @globs: KpAdvisory. NULL with @error set
 * when any of it cannot be read. Caller unrefs. */
GPtrArray *kp_updateinfo_read(const char *path, const char *repo, const char *const *globs,
			      GError **error);

#endif
