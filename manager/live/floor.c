/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/floor.h"

/* As kp_hold_means(), of what was loaded and need not be there any more. */
static gboolean is_kept_away(const KpRecord *record, const GPtrArray *holds)
{
	for (guint i = 0; i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);

		if (g_str_equal(hold->kver, record->kver) &&
		    (g_str_equal(hold->sha256, record->sha256) ||
		     (hold->kind == KP_HOLD_HELD && g_str_equal(hold->name, record->name) &&
		      g_str_equal(hold->version, record->version))))
			return TRUE;
	}
	return FALSE;
}

const KpRecord *kp_floor_find(const GPtrArray *records, const GPtrArray *holds)
{
	for (guint i = 0; i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (!g_str_equal(record->result, "done"))
			continue;
		if (*record->name == '\0')
			return NULL;
		if (!is_kept_away(record, holds))
			return record;
	}
	return NULL;
}
