/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/floor.h"

#include "base/release.h"
#include "live/select.h"
#include "live/stream.h"

static gboolean is_kept_away(const KpRecord *record, const GPtrArray *holds)
{
	const KpIdentity identity = { record->name, record->version, record->sha256 };

	for (guint i = 0; i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);

		if (kp_hold_covers(hold, record->kver, &identity))
			return TRUE;
	}
	return FALSE;
}

const KpRecord *kp_floor_find(const GPtrArray *records, const GPtrArray *holds,
			      const KpPatch *patch)
{
	for (guint i = 0; i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (!g_str_equal(record->result, "done"))
			continue;
		if (*record->name == '\0')
			return NULL;
		if (kp_stream_same(record->name, record->version, patch->name, patch->version) &&
		    !is_kept_away(record, holds))
			return record;
	}
	return NULL;
}

char *kp_floor_release(const GPtrArray *records, const GPtrArray *holds, const KpPatch *patch)
{
	const KpRecord *floor = kp_floor_find(records, holds, patch);
	char *release;

	if (floor == NULL)
		return NULL;
	release = g_str_equal(floor->version, floor->name) ?
		kp_release_in_name(floor->name, floor->kver) : NULL;
	return release != NULL ? release : g_strdup(floor->version);
}
