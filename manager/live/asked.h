/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A way back that the package manager went. Who downgrades a patch package asks for the
 * older release as much as who calls rollback; but nothing is loaded then, for the newer
 * one is live until the next boot. What tells it from an old file that somebody put there
 * is the package database: it has this file, and had the package brought after the newer
 * release went live. */
#ifndef KP_ASKED_H
#define KP_ASKED_H

#include "base/inventory.h"
#include "base/state.h"
#include "live/store.h"

typedef struct {
	const KpPatch *patch;	/* the newest that packages brought, borrowed, if something
				 * newer was live or lies in the store; or NULL */
	const KpRecord *floor;	/* what was live last, if that is newer; borrowed, or NULL */
	gboolean packaged;	/* the package database has exactly this file */
	gboolean since;		/* and brought it after anything newer went live */
} KpAsked;

/* Is there a packaged patch among @candidates that is older than what was live last
 * according to @records (KpRecord of this kernel, newest first), or than a copy whose
 * package is gone? Mostly not, and then the package database need not be read: FALSE. */
gboolean kp_asked_matters(KpAsked *asked, const KpCandidates *candidates,
			  const GPtrArray *holds, const GPtrArray *records);

/* Asks @inventory, read below @root, about it, and notes in those copies that give way
 * why they do (KpPatch.left): they came in a package, which is gone. What somebody made
 * live from a file of his own does not give way. */
void kp_asked_answer(KpAsked *asked, const KpCandidates *candidates, const GPtrArray *records,
		     const char *root, const KpInventory *inventory);

/* Was @patch asked for in this way? A boot, @boot, need not know when it was. */
gboolean kp_asked_is(const KpAsked *asked, const KpPatch *patch, gboolean boot);

#endif
