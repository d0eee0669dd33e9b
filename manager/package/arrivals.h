/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules that a transaction places where there was no file, and that belong to nobody
 * if it does not come to its end: the next sync would make them live. */
#ifndef KP_ARRIVALS_H
#define KP_ARRIVALS_H

#include <rpm/rpmts.h>

#include "package/transaction.h"

/* The modules of the parts of @run for which there is no file yet: KpPackageFile of
 * the parts. What lies there before may be an admin's. Caller frees. */
GPtrArray *kp_arrivals_of(const KpRun *run);

/* Those of @files that are there, as they were packaged, and belong to no package:
 * their KpPackageFile. NULL with @error. Caller frees. */
GPtrArray *kp_arrivals_unowned(rpmts ts, const char *root, const GPtrArray *files,
			       GError **error);

/* Removes them. */
gboolean kp_arrivals_clear(rpmts ts, const char *root, const GPtrArray *files, GError **error);

#endif
