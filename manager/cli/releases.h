/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Releases of modules that say none, not even in their name: packages have them. */
#ifndef KP_RELEASES_H
#define KP_RELEASES_H

#include "base/inventory.h"
#include "live/live.h"
#include "live/store.h"

/* Gives each of @candidates that says no release the one of the package in @inventory, read
 * below @root, that brought it; and what is live (may be NULL) that of its file. */
void kp_releases_take(KpCandidates *candidates, GPtrArray *live, const KpInventory *inventory,
		      const char *root);

#endif
