/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/core-guard.h"

#include "base/error.h"
#include "live/mark.h"
#include "live/watcher.h"

/* The mark lies beside that of a patch, under a name that no kernel has: there
 * is one of each at a time. */
static char *key_of(const char *kver)
{
	return g_strdup_printf(KP_CORE_NAME "/%s", kver);
}

/* deaths in a row after which one that was loaded well before is blocked */
#define DEATHS_OF_THE_GOOD 2

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

/* Whoever was killed while it was loaded, and whose machine then went down in order, has
 * left a mark that is closed. */
static gboolean is_death(const KpHost *host, const KpAttempt *attempt)
{
	return *host->boot_id != '\0' && !g_str_equal(attempt->boot_id, host->boot_id) &&
	       kp_mark_is_open(host->root, host->kver, KP_MARK_CORE, attempt->boot_id);
}

static void judge(KpState *state, const KpHost *host, const KpIdentity *core, const char *key)
{
	g_autoptr(KpAttempt) attempt = NULL;

	if (!kp_state_attempt(state, key, &attempt, NULL) || attempt == NULL)
		return;
	if (!is_death(host, attempt)) {
		kp_state_end_attempt(state, key, NULL);
		return;
	}
	if (!g_str_equal(attempt->sha256, core->sha256) ||
	    (attempt->count < DEATHS_OF_THE_GOOD && kp_state_is_good(state, key, core->sha256)))
		return;
	block(state, host, core);
	kp_state_end_attempt(state, key, NULL);
}

gboolean kp_core_guard_begin(KpState *state, const KpHost *host, const KpIdentity *core,
			     GError **error)
{
	g_autofree char *key = key_of(host->kver);

	judge(state, host, core, key);
	if (!kp_core_guard_allows(state, host, core->sha256, error))
		return FALSE;
	kp_watcher_prepare(host);
	if (kp_mark_open(host, KP_MARK_CORE, NULL))
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

	kp_mark_close(host->root, host->kver, KP_MARK_CORE);
	kp_state_end_attempt(state, key, NULL);
	if (loaded && !kp_state_is_good(state, key, core->sha256))
		kp_state_set_good(state, key, core, NULL);
}

gboolean kp_core_guard_died(KpState *state, const KpHost *host, const char *boot_id)
{
	g_autofree char *key = key_of(host->kver);
	g_autoptr(KpAttempt) attempt = NULL;

	return kp_state_attempt(state, key, &attempt, NULL) && attempt != NULL &&
	       g_str_equal(attempt->boot_id, boot_id) && is_death(host, attempt);
}
