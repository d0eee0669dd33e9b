/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/asked.h"

#include "base/version.h"
#include "live/floor.h"
#include "live/select.h"
#include "live/stream.h"

/* Of another stream nothing is newer or older. */
static gboolean is_newer(const char *name, const char *version, const KpPatch *than)
{
	return kp_version_says(version) && kp_version_says(than->version) &&
	       kp_stream_same(name, version, than->name, than->version) &&
	       kp_version_compare(version, than->version) > 0;
}

/* The newest that packages have now. */
static const KpPatch *best_packaged(const KpCandidates *candidates, const GPtrArray *holds)
{
	g_autoptr(GPtrArray) packaged = g_ptr_array_new();
	g_autoptr(KpChoice) choice = NULL;

	for (guint i = 0; i < candidates->patches->len; i++) {
		KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (patch->origin == KP_ORIGIN_PACKAGE)
			g_ptr_array_add(packaged, patch);
	}
	choice = kp_select_best(packaged, holds);
	return choice->patch;
}

static gboolean is_newer_copy(const KpPatch *copy, const KpPatch *packaged)
{
	return copy->origin == KP_ORIGIN_STORE && is_newer(copy->name, copy->version, packaged);
}

gboolean kp_asked_matters(KpAsked *asked, const KpCandidates *candidates,
			  const GPtrArray *holds, const GPtrArray *records)
{
	const KpPatch *packaged = best_packaged(candidates, holds);
	const KpRecord *floor = packaged == NULL ? NULL : kp_floor_find(records, holds, packaged);
	gboolean matters = FALSE;

	*asked = (KpAsked){ NULL, NULL, FALSE, FALSE };
	if (packaged == NULL)
		return FALSE;
	if (floor != NULL && is_newer(floor->name, floor->version, packaged))
		asked->floor = floor;
	for (guint i = 0; i < candidates->patches->len && !matters; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		matters = is_newer_copy(patch, packaged) && kp_hold_of(holds, patch) == NULL;
	}
	if (matters || asked->floor != NULL)
		asked->patch = packaged;
	return asked->patch != NULL;
}

/* The package that brought @patch, or NULL. */
static const KpInvPatch *package_of(const KpPatch *patch, const char *root,
				    const KpInventory *inventory)
{
	const KpInvModule *module = NULL;
	const KpInvPatch *package = kp_inventory_owner(inventory, root, patch->path, &module);

	return package != NULL && g_strcmp0(module->sha256, kp_patch_sha256(patch)) == 0 ? package
											 : NULL;
}

/* When the file went live last, if nobody ever brought it from elsewhere than a package;
 * else for ever: it does not give way. */
static gint64 live_from_package(const GPtrArray *records, const char *sha256)
{
	gint64 at = G_MAXINT64;

	for (guint i = 0; i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (!g_str_equal(record->result, "done") || !g_str_equal(record->sha256, sha256))
			continue;
		if (g_strcmp0(record->origin, "file") == 0)
			return G_MAXINT64;
		if (at == G_MAXINT64)
			at = record->at;
	}
	return at;
}

static void give_way(const KpAsked *asked, KpPatch *copy, gint64 installed,
		     const GPtrArray *records)
{
	if (!is_newer_copy(copy, asked->patch) ||
	    live_from_package(records, kp_patch_sha256(copy)) > installed)
		return;
	copy->left = g_strdup_printf("the package manager went back to %s", asked->patch->version);
}

void kp_asked_answer(KpAsked *asked, const KpCandidates *candidates, const GPtrArray *records,
		     const char *root, const KpInventory *inventory)
{
	const KpInvPatch *package = package_of(asked->patch, root, inventory);

	if (package == NULL)
		return;
	asked->packaged = TRUE;
	asked->since = asked->floor == NULL || asked->floor->at <= package->installed;
	for (guint i = 0; i < candidates->patches->len; i++)
		give_way(asked, g_ptr_array_index(candidates->patches, i), package->installed,
			 records);
}

gboolean kp_asked_is(const KpAsked *asked, const KpPatch *patch, gboolean boot)
{
	return asked->floor != NULL && asked->packaged && (asked->since || boot) &&
	       g_str_equal(kp_patch_sha256(patch), kp_patch_sha256(asked->patch));
}
