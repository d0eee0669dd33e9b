/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_BUILD_APPLY_H
#define KP_BUILD_APPLY_H

#include "diff.h"

typedef struct {
	const char *tree;	/* the copy */
	const char *work;	/* a folder for files that are gone afterwards */
	guint fuzz;
	GPtrArray *notes;	/* char*: hunks that fit elsewhere, or with fuzz */
} KpApply;

/* Changes the file of @file, a part of @diff, in the copy; what was there is replaced, not
 * written. @name gets the name below the tree, which the caller owns. */
gboolean kp_apply_file(const KpApply *apply, const KpDiff *diff, const KpDiffFile *file, char **name,
		       GError **error);

/* What differs between two files, either of which may be missing: KpChange of lines.h.
 * NULL if diff(1) fails. */
GArray *kp_apply_compare(const KpApply *apply, const char *old, const char *new, GError **error);

#endif
