/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/by-hand.h"

#include "base/names.h"
#include "base/version.h"
#include "live/select.h"

/* @file: one that is not written down yet came from a file. */
static gboolean is_by_hand(const GPtrArray *records, const char *sha256, gboolean file)
{

	for (guint i = 0; i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (!g_str_equal(record->result, "done") || !g_str_equal(record->sha256, sha256))
			continue;
		if (g_strcmp0(record->origin, "package") == 0)
			return FALSE;
		file |= g_strcmp0(record->origin, "file") == 0;
	}
	return file;
}

gboolean kp_by_hand(const GPtrArray *records, const char *sha256)
{
	return is_by_hand(records, sha256, FALSE);
}

const char **kp_by_hand_digests(const GPtrArray *records, const KpPatch *coming)
{
	GPtrArray *digests = g_ptr_array_new();

	if (is_by_hand(records, kp_patch_sha256(coming), coming->origin == KP_ORIGIN_FILE))
		g_ptr_array_add(digests, (gpointer)kp_patch_sha256(coming));

	for (guint i = 0; i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (kp_by_hand(records, record->sha256) &&
		    !g_ptr_array_find_with_equal_func(digests, record->sha256, g_str_equal, NULL))
			g_ptr_array_add(digests, record->sha256);
	}
	g_ptr_array_add(digests, NULL);
	return (const char **)g_ptr_array_free(digests, FALSE);
}

/* How what is live went live last, if that was by hand. */
static const KpRecord *record_of(const GPtrArray *records, const KpLivePatch *top)
{
	for (guint i = 0; top != NULL && i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (g_str_equal(record->result, "done") && *record->sha256 != '\0' &&
		    kp_name_equal(record->name, top->name))
			return kp_by_hand(records, record->sha256) ? record : NULL;
	}
	return NULL;
}

const KpPatch *kp_by_hand_shadowed(const GPtrArray *records, const GPtrArray *live,
				   const KpCandidates *candidates, const GPtrArray *holds)
{
	const KpRecord *record = record_of(records, kp_live_top(live));
	const KpPatch *best = NULL;

	for (guint i = 0; record != NULL && i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (patch->origin == KP_ORIGIN_PACKAGE && kp_hold_of(holds, patch) == NULL &&
		    !kp_patch_revoked(patch) &&
		    !g_str_equal(kp_patch_sha256(patch), record->sha256) &&
		    kp_version_compare(patch->version, record->version) <= 0 &&
		    (best == NULL || kp_version_compare(patch->version, best->version) > 0))
			best = patch;
	}
	return best;
}

char *kp_by_hand_text(const GPtrArray *records, const GPtrArray *live,
		      const KpCandidates *candidates, const GPtrArray *holds)
{
	const KpRecord *record = record_of(records, kp_live_top(live));
	const KpPatch *shadowed = kp_by_hand_shadowed(records, live, candidates, holds);

	if (record == NULL)
		return NULL;
	if (shadowed == NULL)
		return g_strdup_printf("%s (%s) was applied from a file by hand: it is made live at every "
				       "boot until a newer release comes; 'kpatch-manager rollback' ends "
				       "that", record->name, record->version);
	return g_strdup_printf("%s (%s) was applied from a file by hand, and keeps out %s (%s), which "
			       "packages brought; 'kpatch-manager rollback %s' makes that live",
			       record->name, record->version, shadowed->name, shadowed->version,
			       shadowed->version);
}
