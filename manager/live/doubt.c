/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/doubt.h"

#include "base/error.h"

#define REASON "the state was damaged, and whether this was held is not known"

/* A digest of the same release would do: a hold means the release. */
static gboolean is_good(KpState *known, const KpCandidates *candidates, const KpPatch *patch)
{
	for (guint i = 0; known != NULL && i < candidates->patches->len; i++) {
		const KpPatch *other = g_ptr_array_index(candidates->patches, i);

		if (g_str_equal(other->name, patch->name) &&
		    g_str_equal(other->version, patch->version) &&
		    kp_state_is_good(known, patch->kver, kp_patch_sha256(other)))
			return TRUE;
	}
	return FALSE;
}

void kp_doubt_add(GPtrArray *holds, KpState *known, const KpCandidates *candidates,
		  const GPtrArray *live)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);
		KpHold *hold;

		if ((live != NULL && kp_live_find(live, patch->name) != NULL) ||
		    is_good(known, candidates, patch))
			continue;
		hold = g_new0(KpHold, 1);
		hold->kind = KP_HOLD_HELD;
		hold->kver = g_strdup(patch->kver);
		hold->name = g_strdup(patch->name);
		hold->version = g_strdup(patch->version);
		hold->sha256 = g_strdup(kp_patch_sha256(patch));
		hold->reason = g_strdup(REASON);
		hold->since = g_get_real_time() / G_USEC_PER_SEC;
		g_ptr_array_add(holds, hold);
	}
}

static gboolean settle_kernel(KpState *state, const char *root, const char *kver,
			      const GPtrArray *live, guint *count, GError **error)
{
	g_autoptr(KpCandidates) candidates = kp_store_scan(root, kver);
	g_autoptr(GPtrArray) holds = g_ptr_array_new_with_free_func((GDestroyNotify)kp_hold_free);
	gboolean added;

	if (candidates->unread) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    g_ptr_array_index(candidates->problems, 0));
		return FALSE;
	}
	kp_doubt_add(holds, state, candidates, live);
	for (guint i = 0; i < holds->len; i++) {
		if (!kp_state_add_hold(state, g_ptr_array_index(holds, i), &added, error))
			return FALSE;
		*count += added;
	}
	return TRUE;
}

gboolean kp_doubt_settle(KpState *state, const char *root, const char *running,
			 const GPtrArray *live, guint *count, GError **error)
{
	g_autoptr(GPtrArray) kernels = kp_store_kernels(root, error);

	*count = 0;
	for (guint i = 0; kernels != NULL && i < kernels->len; i++) {
		const char *kver = g_ptr_array_index(kernels, i);

		if (!settle_kernel(state, root, kver, g_str_equal(kver, running) ? live : NULL,
				   count, error))
			return FALSE;
	}
	if (kernels != NULL)
		kp_state_end_doubt(state);
	return kernels != NULL;
}
