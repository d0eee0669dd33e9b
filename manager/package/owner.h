/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which package a file belongs to. */
#ifndef KP_OWNER_H
#define KP_OWNER_H

#include <rpm/rpmts.h>

#include "base/transaction.h"

/* Asks the database of @ts who owns @path (without root). *@owner: the package, or NULL
 * when nobody does; caller frees. FALSE with @error when the database does not say: what
 * belongs to nobody may be removed, so that a read that fails must not look like it. */
gboolean kp_owner_of(rpmts ts, const char *path, KpPackageHeader **owner, GError **error);

/* Paths of modules in the corridor below @root that belong to no package. NULL with
 * @error. Caller frees. */
GPtrArray *kp_owner_missing(rpmts ts, const char *root, GError **error);

/* What to say of one of them. Caller frees. */
char *kp_owner_missing_text(const char *path);

#endif
