/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folders patches lie in: what packages brought, and our own copies of
 * what was applied. */
#ifndef KP_STORE_H
#define KP_STORE_H

#include "live/patch.h"

#define KP_PACKAGE_FOLDER "/usr/lib/kpatch"
#define KP_STORE_FOLDER "/var/lib/kpatch"

typedef struct {
	GPtrArray *patches;	/* KpPatch, packages' first */
	GPtrArray *problems;	/* char *: files that were passed over, and why */
	gboolean unread;	/* a folder could not be read: there may be more */
} KpCandidates;

void kp_candidates_free(KpCandidates *candidates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpCandidates, kp_candidates_free)

/* All patches for @kver below @root. A folder that is not there is empty; a
 * file that is no good patch becomes a problem. Caller frees. */
KpCandidates *kp_store_scan(const char *root, const char *kver);

/* Who but root may own patch files: the caller, for a tree of his own. */
uid_t kp_store_owner(const char *root);

/* The kernels that have a folder in either place: char *, sorted. NULL with
 * KP_ERROR_FAILED when one of the two cannot be read. Caller frees. */
GPtrArray *kp_store_kernels(const char *root, GError **error);

/* TRUE when the store has a copy of exactly this file. */
gboolean kp_store_has(const KpCandidates *candidates, const KpPatch *patch);

/* Copies @patch, from its descriptor, into the store: it is there in whole and
 * on disk, or not at all. */
gboolean kp_store_keep(const char *root, const KpPatch *patch, GError **error);

/* The same under a file name of the caller's, which must have no folder. */
gboolean kp_store_keep_as(const char *root, const KpPatch *patch, const char *leaf,
			  GError **error);

/* Removes the oldest copies of @kver beyond @keep. Those whose digest is in @apart,
 * which NULL ends, are counted by themselves, and those in @spared stay always. A copy
 * that cannot be removed is not an error. */
void kp_store_prune(const char *root, const char *kver, gint64 keep, const char *const *apart,
		    const char *const *spared);

#endif
