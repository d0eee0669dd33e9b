/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a transaction leaves behind that was killed: files under a temporary name
 * (NAME;XXXXXXXX, the second since the epoch in which it began), second names (keep.h),
 * modules that belong to nobody (base/arriving.h), and both the old and the new package
 * in the database. */
#ifndef KP_REPAIR_H
#define KP_REPAIR_H

#include <rpm/rpmts.h>

#include "base/transaction.h"

/* A patch package that another of its name has taken the place of. */
typedef struct {
	unsigned int offset;	/* in the database */
	char *nevra;
	char *name;
	gint64 installed;	/* when: seconds since the epoch */
	Header header;
} KpInstance;

/* Those that are in the database beside one that was installed later, though one of
 * the two says that they cannot be together. Caller frees. */
GPtrArray *kp_repair_doubles(rpmts ts, const char *const *globs);

/* Paths of temporary files in the corridor below @root. Nobody may be changing
 * packages meanwhile. NULL with @error. Caller frees. */
GPtrArray *kp_repair_leftovers(const char *root, GError **error);

/* As KpTransactionApi has it. */
KpFound *kp_repair_look(const char *root, const char *rpmdb, const char *const *globs,
			int lock, GError **error);

#endif
