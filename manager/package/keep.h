/* SPDX-License-Identifier: GPL-2.0-or-later */
/* librpm removes the old files before its database has forgotten them for good: with
 * the database's disk full, rpm 4.18 has removed them when its commit fails. The release
 * that is installed then would be without its module, as when the machine dies there. A
 * second name for each old module, next to it, keeps it until all is over. */
#ifndef KP_KEEP_H
#define KP_KEEP_H

#include <rpm/rpmts.h>

#include "base/transaction.h"

/* Gives a second name to the modules of all that @ts is going to remove. */
gboolean kp_keep_old(rpmts ts, const char *root, GError **error);

/* Puts back what the database has and the folder has not, and takes the second names
 * away. Nobody may be changing packages meanwhile. */
void kp_keep_settle(rpmts ts, const char *root, GPtrArray *warnings);

/* Paths of second names below @root. Caller frees. */
GPtrArray *kp_keep_names(const char *root);

#endif
