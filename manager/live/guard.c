/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/guard.h"

#include "base/error.h"
#include "base/version.h"
#include "live/core-guard.h"
#include "live/mark.h"
#include "live/panic.h"
#include "live/stream.h"
#include "live/watcher.h"

/* deaths after which a patch is blocked for good */
#define DEATHS 2

KpGuardVerdict kp_guard_verdict(const KpDeath *death)
{
	if (!death->happened)
		return KP_GUARD_FINE;
	if (death->blamed || death->count >= DEATHS)
		return KP_GUARD_BLOCK;
	return death->good ? KP_GUARD_FORGIVEN : KP_GUARD_LATER;
}

/* A block outlives the file that it is about. */
static gboolean newer_is_blocked(const GPtrArray *holds, const KpPatch *best)
{
	for (guint i = 0; i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);

		if (hold->kind == KP_HOLD_BLOCKED && g_str_equal(hold->kver, best->kver) &&
		    !g_str_equal(hold->name, KP_CORE_NAME) &&
		    kp_version_compare(hold->version, best->version) > 0)
			return TRUE;
	}
	return FALSE;
}

/* The best of @some of @patches; see guard.h. */
static const KpPatch *choose_of(const GPtrArray *some, const GPtrArray *patches,
				const GPtrArray *holds, const char *good)
{
	g_autoptr(KpChoice) choice = kp_select_best(some, holds);

	if (choice->patch == NULL || good == NULL || !newer_is_blocked(holds, choice->patch))
		return choice->patch;
	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (g_str_equal(kp_patch_sha256(patch), good) && kp_hold_of(holds, patch) == NULL &&
		    !kp_patch_revoked(patch) && patch->left == NULL)
			return patch;
	}
	return choice->patch;
}

const KpPatch *kp_guard_choose(const GPtrArray *patches, const GPtrArray *holds,
			       const char *good, const GPtrArray *live,
			       const GPtrArray *records)
{
	g_autoptr(GPtrArray) followed = kp_stream_followed(patches, live, records);
	const KpPatch *patch = choose_of(followed, patches, holds, good);

	return patch != NULL || kp_live_top(live) != NULL ? patch :
	       choose_of(patches, patches, holds, good);
}

static gint64 now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static gboolean block(KpState *state, const KpAttempt *attempt, const char *reason, GError **error)
{
	KpHold hold = {
		.kind = KP_HOLD_BLOCKED, .kver = attempt->kver, .name = attempt->name,
		.version = attempt->version, .sha256 = attempt->sha256,
		.reason = (char *)reason, .since = now(),
	};
	KpRecord entry = {
		.at = now(), .boot_id = attempt->boot_id, .kver = attempt->kver,
		.action = (char *)"guard", .name = attempt->name, .version = attempt->version,
		.sha256 = attempt->sha256, .backend = (char *)"",
		.result = (char *)"failed", .detail = (char *)reason,
	};
	gboolean added;

	return kp_state_add_hold(state, &hold, &added, error) &&
	       kp_state_add_record(state, &entry, error);
}

/* What died once, and was never proven, is noted beside the marks, under a name that no
 * kernel has. While the note is there, its block is one that ends. */
static char *note_of(const char *kver, const char *sha256)
{
	return g_strdup_printf("died/%s/%s", kver, sha256);
}

static KpAttempt *read_note(KpState *state, const char *kver, const char *sha256)
{
	g_autofree char *note = note_of(kver, sha256);
	KpAttempt *attempt = NULL;

	return kp_state_attempt(state, note, &attempt, NULL) ? attempt : NULL;
}

static gboolean has_died(KpState *state, const char *kver, const char *sha256)
{
	g_autoptr(KpAttempt) note = read_note(state, kver, sha256);

	return note != NULL;
}

/* Until it is tried again, which makes a count of two: a block that is made after that has
 * another reason, and stays. */
static gboolean is_for_now(const KpAttempt *note)
{
	return note != NULL && note->count == 1;
}

static gboolean write_note(KpState *state, const KpHost *host, const KpIdentity *identity,
			   GError **error)
{
	g_autofree char *note = note_of(host->kver, identity->sha256);

	return kp_state_begin_attempt(state, note, identity, host->boot_id, error);
}

static gboolean drop_note(KpState *state, const char *kver, const char *sha256, GError **error)
{
	g_autofree char *note = note_of(kver, sha256);

	return !has_died(state, kver, sha256) || kp_state_end_attempt(state, note, error);
}

static KpDeath find_death(KpState *state, const KpHost *host, const KpAttempt *attempt)
{
	KpDeath death = { .count = attempt->count };
	g_autoptr(KpAttempt) note = NULL;

	death.happened = *host->boot_id != '\0' && !g_str_equal(attempt->boot_id, host->boot_id) &&
			 kp_mark_is_open(host->root, host->kver, KP_MARK_PATCH, attempt->boot_id);
	death.good = kp_state_is_good(state, host->kver, attempt->sha256);
	death.blamed = death.happened && kp_panic_is_of(host->root, attempt->name, attempt->at);
	note = read_note(state, host->kver, attempt->sha256);
	/* one that was not tried again is of this very death: whoever noted it was killed.
	 * What was proven is forgiven what was before that. */
	if (!death.good && note != NULL && !is_for_now(note))
		death.count = MAX(death.count, DEATHS);
	return death;
}

static char *death_reason(const KpDeath *death)
{
	if (death->blamed)
		return g_strdup("the machine died in its code, as the kernel's last words say");
	if (death->count > 1)
		return g_strdup_printf("the machine died soon after it went live, %" G_GINT64_FORMAT
				       " times%s", death->count, death->good ? " in a row" : "");
	return g_strdup("the machine died soon after it went live");
}

/* In the order of mark.h, so that whoever is killed in between leaves no mark that nobody
 * would take away. */
static gboolean set_mark(KpState *state, const KpHost *host, const KpIdentity *identity,
			 const char *action, GError **error)
{
	kp_watcher_prepare(host);
	if (kp_mark_raise_flag(host->root, action, error) &&
	    kp_mark_open(host, KP_MARK_PATCH, error) &&
	    kp_state_begin_attempt(state, host->kver, identity, host->boot_id, error))
		return TRUE;
	kp_mark_close(host->root, host->kver, KP_MARK_PATCH);
	kp_mark_lower_flag(host->root);
	return FALSE;
}

static char *forgive(KpState *state, const KpHost *host, gboolean boot, const KpAttempt *attempt,
		     const char *reason, GError **error)
{
	const KpIdentity identity = { attempt->name, attempt->version, attempt->sha256 };

	if (boot && !set_mark(state, host, &identity, "boot", error))
		return NULL;
	return g_strdup_printf("%s (%s): %s; it was good before, so it is tried once more",
			       attempt->name, attempt->version, reason);
}

/* In an order in which whoever is killed in between does the same once more: the mark is
 * there until all the rest is. */
static char *block_for_now(KpState *state, const KpHost *host, const KpAttempt *attempt,
			   const char *reason, GError **error)
{
	const KpIdentity identity = { attempt->name, attempt->version, attempt->sha256 };
	g_autofree char *text = g_strdup_printf(
		"%s; the boot after this one tries it once more", reason);

	if (!block(state, attempt, text, error) ||
	    (!has_died(state, host->kver, attempt->sha256) &&
	     !write_note(state, host, &identity, error)) ||
	    !kp_state_end_attempt(state, attempt->kver, error))
		return NULL;
	return g_strdup_printf("%s (%s) is blocked: %s; 'kpatch-manager release %s' lets it in again",
			       attempt->name, attempt->version, text, attempt->version);
}

static char *block_for_good(KpState *state, const KpHost *host, const KpAttempt *attempt,
			    const char *reason, GError **error)
{
	if (!block(state, attempt, reason, error) ||
	    !kp_state_end_attempt(state, attempt->kver, error) ||
	    !drop_note(state, host->kver, attempt->sha256, error))
		return NULL;
	return g_strdup_printf("%s (%s) is blocked: %s; 'kpatch-manager release %s' lets it in again",
			       attempt->name, attempt->version, reason, attempt->version);
}

static KpGuardVerdict judge(KpState *state, const KpHost *host, gboolean boot,
			    const KpAttempt *attempt, GPtrArray *warnings, GError **error)
{
	const KpDeath death = find_death(state, host, attempt);
	g_autofree char *reason = death_reason(&death);
	KpGuardVerdict verdict = kp_guard_verdict(&death);
	char *text = NULL;

	switch (verdict) {
	case KP_GUARD_FINE:
		/* it ended in order, and there was no room to say so */
		if (!g_str_equal(attempt->boot_id, host->boot_id) && *host->boot_id != '\0')
			kp_state_end_attempt(state, attempt->kver, error);
		break;
	case KP_GUARD_FORGIVEN:
		text = forgive(state, host, boot, attempt, reason, error);
		break;
	case KP_GUARD_LATER:
		text = block_for_now(state, host, attempt, reason, error);
		break;
	case KP_GUARD_BLOCK:
		text = block_for_good(state, host, attempt, reason, error);
		break;
	}
	if (text != NULL)
		g_ptr_array_add(warnings, text);
	return verdict;
}

KpGuardVerdict kp_guard_judge(KpState *state, const KpHost *host, gboolean boot,
			      KpAttempt **died, GPtrArray *warnings)
{
	g_autoptr(KpAttempt) attempt = NULL;
	g_autoptr(GError) error = NULL;
	KpGuardVerdict verdict = KP_GUARD_FINE;

	*died = NULL;
	if (kp_state_attempt(state, host->kver, &attempt, &error) && attempt != NULL) {
		if (kp_core_guard_died(state, host, attempt->boot_id))
			kp_state_end_attempt(state, host->kver, &error);
		else
			verdict = judge(state, host, boot, attempt, warnings, &error);
	}
	if (error != NULL)
		g_ptr_array_add(warnings, g_strdup(error->message));
	if (verdict != KP_GUARD_FINE)
		*died = g_steal_pointer(&attempt);
	return verdict;
}

GPtrArray *kp_guard_lasting(KpState *state, const KpHost *host, const GPtrArray *holds,
			    gboolean any)
{
	GPtrArray *some = g_ptr_array_new();

	for (guint i = 0; i < holds->len; i++) {
		KpHold *hold = g_ptr_array_index(holds, i);
		g_autoptr(KpAttempt) note = read_note(state, host->kver, hold->sha256);

		if (hold->kind != KP_HOLD_BLOCKED || !is_for_now(note) ||
		    (!any && g_str_equal(note->boot_id, host->boot_id)))
			g_ptr_array_add(some, hold);
	}
	return some;
}

gboolean kp_guard_begin(KpState *state, const KpHost *host, const KpPatch *patch,
			const char *action, GError **error)
{
	const KpIdentity identity = { patch->name, patch->version, kp_patch_sha256(patch) };
	g_autoptr(KpAttempt) attempt = NULL, note = NULL;

	if (!kp_state_attempt(state, host->kver, &attempt, error))
		return FALSE;
	if (attempt != NULL && g_str_equal(attempt->boot_id, host->boot_id)) {
		if (g_str_equal(attempt->sha256, identity.sha256) &&
		    kp_mark_has_flag(host->root) &&
		    kp_mark_is_open(host->root, host->kver, KP_MARK_PATCH, host->boot_id))
			return kp_mark_raise_flag(host->root, action, error);
		/* of this boot: it counts for no death */
		if (!kp_state_end_attempt(state, host->kver, error))
			return FALSE;
	}
	note = read_note(state, host->kver, identity.sha256);
	if (is_for_now(note) && !write_note(state, host, &identity, error))
		return FALSE;
	return set_mark(state, host, &identity, action, error);
}

gboolean kp_guard_end(KpState *state, const KpHost *host, GError **error)
{
	kp_mark_lower_flag(host->root);
	kp_mark_close(host->root, host->kver, KP_MARK_PATCH);
	return kp_state_end_attempt(state, host->kver, error);
}

gboolean kp_guard_prove(KpState *state, const KpHost *host, const KpAttempt *attempt,
			GError **error)
{
	const KpIdentity identity = { attempt->name, attempt->version, attempt->sha256 };

	return kp_state_set_good(state, host->kver, &identity, error) &&
	       drop_note(state, host->kver, attempt->sha256, error) &&
	       kp_guard_end(state, host, error);
}
