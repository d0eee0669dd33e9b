/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/guard.h"

#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "base/version.h"
#include "live/core-guard.h"
#include "live/program.h"
#include "live/stream.h"

#define SERVICE "kpatch-boot-good.service"

/* deaths in a row after which even a patch that was good is blocked */
#define DEATHS_OF_THE_GOOD 2

KpGuardVerdict kp_guard_verdict(const KpAttempt *attempt, gboolean good, const char *boot_id)
{
	if (attempt == NULL || *boot_id == '\0' || g_str_equal(attempt->boot_id, boot_id))
		return KP_GUARD_FINE;
	if (good && attempt->count < DEATHS_OF_THE_GOOD)
		return KP_GUARD_FORGIVEN;
	return KP_GUARD_BLOCK;
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

	/* in this order: whatever is lost, the mark is there until the block is */
	return kp_state_add_hold(state, &hold, &added, error) &&
	       kp_state_add_record(state, &entry, error) &&
	       kp_state_end_attempt(state, attempt->kver, error);
}

static char *death_reason(const KpAttempt *attempt)
{
	if (attempt->count > 1)
		return g_strdup_printf("the machine died soon after it went live, %" G_GINT64_FORMAT
				       " times in a row", attempt->count);
	return g_strdup("the machine died soon after it went live");
}

/* In this order, so that a mark without a flag is all that can be left; and if
 * that cannot be made, no mark: nobody would take it away. */
static gboolean set_mark(KpState *state, const KpHost *host, const KpIdentity *identity,
			 const char *action, GError **error)
{
	g_autofree char *flag = kp_root_path(host->root, KP_GUARD_FLAG);

	if (!kp_state_begin_attempt(state, host->kver, identity, host->boot_id, error))
		return FALSE;
	if (g_file_set_contents(flag, action, -1, error))
		return TRUE;
	kp_state_end_attempt(state, host->kver, NULL);
	return FALSE;
}

static KpGuardVerdict judge(KpState *state, const KpHost *host, gboolean boot,
			    const KpAttempt *attempt, GPtrArray *warnings, GError **error)
{
	const KpIdentity identity = { attempt->name, attempt->version, attempt->sha256 };
	gboolean good = kp_state_is_good(state, host->kver, attempt->sha256);
	KpGuardVerdict verdict = kp_guard_verdict(attempt, good, host->boot_id);
	g_autofree char *reason = death_reason(attempt);

	switch (verdict) {
	case KP_GUARD_FINE:
		break;
	case KP_GUARD_FORGIVEN:
		g_ptr_array_add(warnings, g_strdup_printf(
			"%s (%s): %s; it was good before, so it is tried once more",
			attempt->name, attempt->version, reason));
		if (boot)
			set_mark(state, host, &identity, "boot", error);
		break;
	case KP_GUARD_BLOCK:
		if (block(state, attempt, reason, error))
			g_ptr_array_add(warnings, g_strdup_printf(
				"%s (%s) is blocked: %s; 'kpatch-manager release %s' lets it in again",
				attempt->name, attempt->version, reason, attempt->version));
		break;
	}
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
		if (kp_core_guard_died(state, host->kver, attempt->boot_id))
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

gboolean kp_guard_begin(KpState *state, const KpHost *host, const KpPatch *patch,
			const char *action, GError **error)
{
	const KpIdentity identity = { patch->name, patch->version, kp_patch_sha256(patch) };
	g_autoptr(KpAttempt) attempt = NULL;

	if (!kp_state_attempt(state, host->kver, &attempt, error))
		return FALSE;
	if (attempt != NULL && g_str_equal(attempt->boot_id, host->boot_id) &&
	    g_str_equal(attempt->sha256, identity.sha256))
		return TRUE;
	return set_mark(state, host, &identity, action, error);
}

gboolean kp_guard_end(KpState *state, const KpHost *host, GError **error)
{
	g_autofree char *flag = kp_root_path(host->root, KP_GUARD_FLAG);

	unlink(flag);
	return kp_state_end_attempt(state, host->kver, error);
}

/* systemd.exec(5): set in a service's own process. A boot that a person asks for
 * on the command line has no kpatch.service around it. */
static gboolean is_the_service(void)
{
	const char *pid = g_getenv("SYSTEMD_EXEC_PID");

	return pid != NULL && g_ascii_strtoll(pid, NULL, 10) == getpid();
}

static gboolean start_service(void)
{
	char *argv[] = { (char *)"systemctl", (char *)"--no-block", (char *)"--quiet",
			 (char *)"start", (char *)SERVICE, NULL };
	g_auto(GStrv) environment = kp_program_environment();
	int status = -1;

	return g_spawn_sync(NULL, argv, environment, G_SPAWN_SEARCH_PATH_FROM_ENVP |
			    G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL) &&
	       status == 0;
}

/* kpatch.service wants the service, too; but one that was about to end when
 * kpatch.service was started again counts as started then, and ends. */
gboolean kp_guard_hand_over(const KpHost *host)
{
	if (!host->is_machine || access("/run/systemd/system", F_OK) != 0)
		return FALSE;
	return start_service() || (kp_guard_is_boot(host) && is_the_service());
}

gboolean kp_guard_is_boot(const KpHost *host)
{
	g_autofree char *flag = kp_root_path(host->root, KP_GUARD_FLAG);
	g_autofree char *action = kp_root_read(host->root, flag, 16);

	return action != NULL && g_str_equal(action, "boot");
}
