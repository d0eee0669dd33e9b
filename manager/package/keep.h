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

/* Puts back what the database has and the folder has not, removes what nobody owns any
 * more and librpm has left, and takes the second names away. Nobody may be changing
 * packages meanwhile. FALSE with @error when that is not done: a second name stays, and
 * the next run tries again. */
gboolean kp_keep_settle(rpmts ts, const char *root, GPtrArray *warnings, GError **error);

typedef enum {
	KP_KEPT_NEEDLESS,	/* all is as if it were not there */
	KP_KEPT_WANTED,		/* the database has the file, and its place has not */
	KP_KEPT_UNOWNED,	/* the file is in its place, and nobody owns it */
} KpKept;

/* What the second name @kept is for. *@place: where the file belongs; caller
 * frees. FALSE with @error. */
gboolean kp_keep_judge(rpmts ts, const char *root, const char *kept, KpKept *what, char **place,
		       GError **error);

/* Paths of second names below @root. NULL with @error. Caller frees. */
GPtrArray *kp_keep_names(const char *root, GError **error);

#endif
