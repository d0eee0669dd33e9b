/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/releases.h"

#include "base/names.h"
#include "base/release.h"
#include "base/version.h"

/* The copy of it says the same. */
static void take(KpCandidates *candidates, const char *name, const char *release)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (kp_version_says(patch->version) || !g_str_equal(patch->name, name))
			continue;
		g_free(patch->version);
		patch->version = g_strdup(release);
		patch->version_given = TRUE;
	}
}

static void take_live(GPtrArray *live, const KpPatch *patch)
{
	for (guint i = 0; i < live->len; i++) {
		KpLivePatch *entry = g_ptr_array_index(live, i);

		if (kp_version_says(entry->version) || !kp_name_equal(entry->name, patch->name))
			continue;
		g_free(entry->version);
		entry->version = g_strdup(patch->version);
	}
}

void kp_releases_take(KpCandidates *candidates, GPtrArray *live, const KpInventory *inventory,
		      const char *root)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);
		const KpInvModule *module;
		const KpInvPatch *owner = kp_version_says(patch->version) ? NULL :
			kp_inventory_owner(inventory, root, patch->path, &module);

		if (owner != NULL)
			take(candidates, patch->name, kp_release_without_epoch(owner->evr));
		if (owner != NULL && live != NULL)
			take_live(live, patch);
	}
}
