/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/core-guard.h"

#include "base/error.h"
#include "live/guard.h"

/* The mark lies beside that of a patch, under a name that no kernel has: there
 * is one of each at a time. */
static char *key_of(const char *kver)
{
	return g_strdup_printf(KP_CORE_NAME "/%s", kver);
}

static gboolean is_blocked(KpState *state, const char *kver, const char *sha256)
{
	g_autoptr(GPtrArray) holds = kp_state_holds(state, kver, NULL);

	for (guint i = 0; holds != NULL && i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);

		if (hold->kind == KP_HOLD_BLOCKED && g_str_equal(hold->name, KP_CORE_NAME) &&
		    g_str_equal(hold->sha256, sha256))
			return TRUE;
	}
	return FALSE;
}

static void block(KpState *state, const KpHost *host, const KpIdentity *core)
{
	KpHold hold = {
		.kind = KP_HOLD_BLOCKED, .kver = host->kver, .name = (char *)core->name,
		.version = (char *)core->version, .sha256 = (char *)core->sha256,
		.reason = (char *)"the machine died while it was being loaded",
		.since = g_get_real_time() / G_USEC_PER_SEC,
	};
	gboolean added;

	kp_state_add_hold(state, &hold, &added, NULL);
}

gboolean kp_core_guard_begin(KpState *state, const KpHost *host, const KpIdentity *core,
			     GError **error)
{
	g_autofree char *key = key_of(host->kver);
	g_autoptr(KpAttempt) attempt = NULL;
	gboolean good = kp_state_is_good(state, key, core->sha256);

	if (kp_state_attempt(state, key, &attempt, NULL) && attempt != NULL &&
	    g_str_equal(attempt->sha256, core->sha256) &&
	    kp_guard_verdict(attempt, good, host->boot_id) == KP_GUARD_BLOCK) {
		block(state, host, core);
		kp_state_end_attempt(state, key, NULL);
	}
	if (!kp_core_guard_allows(state, host, core->sha256, error))
		return FALSE;
	kp_state_begin_attempt(state, key, core, host->boot_id, NULL);
	return TRUE;
}

gboolean kp_core_guard_allows(KpState *state, const KpHost *host, const char *sha256,
			      GError **error)
{
	if (!is_blocked(state, host->kver, sha256))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
		    "it is blocked: the machine died while it was being loaded. Install another "
		    "release of kpatch-kmod for kernel %s, or run 'kpatch-manager release "
		    KP_CORE_NAME "' to try this one again", host->kver);
	return FALSE;
}

void kp_core_guard_end(KpState *state, const KpHost *host, const KpIdentity *core,
		       gboolean loaded)
{
	g_autofree char *key = key_of(host->kver);

	kp_state_end_attempt(state, key, NULL);
	if (loaded && !kp_state_is_good(state, key, core->sha256))
		kp_state_set_good(state, key, core, NULL);
}

gboolean kp_core_guard_died(KpState *state, const char *kver, const char *boot_id)
{
	g_autofree char *key = key_of(kver);
	g_autoptr(KpAttempt) attempt = NULL;

	return kp_state_attempt(state, key, &attempt, NULL) && attempt != NULL &&
	       g_str_equal(attempt->boot_id, boot_id);
}
