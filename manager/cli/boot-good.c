/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot-good: waits until the patch that went live last has proven that the
 * machine survives it, and takes the boot guard's mark away. It holds no lock
 * and no open database while it waits. */
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "cli/command.h"
#include "cli/trial.h"
#include "live/guard.h"
#include "live/live.h"
#include "live/trial.h"

struct vigil {
	const KpOptions *options;
	const KpSettings *settings;
	const KpHost *host;
	KpProgress *progress;
	gboolean failed;	/* a health check failed */
};

typedef enum { VIGIL_OVER, VIGIL_AGAIN, VIGIL_ERROR } VigilEnd;

static gboolean is_ours(const struct vigil *vigil, const KpAttempt *attempt)
{
	return attempt != NULL && g_str_equal(attempt->boot_id, vigil->host->boot_id);
}

/* The mark of this boot, or NULL: *@ok says whether there is none. */
static KpAttempt *read_mark(const struct vigil *vigil, gboolean *ok, GError **error)
{
	g_autoptr(KpState) state = kp_state_open(vigil->options->root, FALSE, error);
	g_autoptr(KpAttempt) attempt = NULL;

	*ok = state != NULL && kp_state_attempt(state, vigil->host->kver, &attempt, error);
	return *ok && is_ours(vigil, attempt) ? g_steal_pointer(&attempt) : NULL;
}

/* At boot the health checks run meanwhile; apply has run them itself. */
static KpTrialResult watch_over(const struct vigil *vigil, const KpAttempt *attempt, char **why)
{
	const KpTrial trial = {
		vigil->host->root, vigil->host->kver, attempt->name, attempt->version,
		vigil->settings->good_after, vigil->settings->trial_interval,
		vigil->settings->trial_timeout,
	};
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	KpTrialResult result = KP_TRIAL_NONE;

	if (kp_guard_is_boot(vigil->host))
		result = kp_trial_run(&trial, &vigil->progress->watch, warnings, why);
	if (result == KP_TRIAL_NONE &&
	    !kp_pause("watching how the machine does", trial.window * 1000, &vigil->progress->watch))
		result = KP_TRIAL_STOPPED;
	kp_warn_all(warnings);
	return result;
}

/* An orderly shutdown proves that the machine is alive, and nothing more. It
 * does not wait for a lock. */
static VigilEnd give_up(const struct vigil *vigil, GError **error)
{
	g_autoptr(KpState) state = kp_state_open(vigil->options->root, TRUE, error);

	if (state != NULL)
		kp_journal_exposed(vigil->options->journal, state, vigil->host->kver);
	return state != NULL && kp_guard_end(state, vigil->host, error) ? VIGIL_OVER : VIGIL_ERROR;
}

static const KpPatch *find_digest(const GPtrArray *patches, const char *sha256)
{
	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (g_str_equal(kp_patch_sha256(patch), sha256))
			return patch;
	}
	return NULL;
}

/* What a boot without @patch would have chosen. */
static const KpPatch *next_best(const KpScene *scene, const KpPatch *patch)
{
	g_autoptr(KpGood) good = NULL;
	g_autoptr(GPtrArray) nothing = g_ptr_array_new();
	g_autoptr(GPtrArray) holds = g_ptr_array_copy(scene->holds, NULL, NULL);
	KpHold hold = { .kind = KP_HOLD_BLOCKED, .kver = patch->kver, .name = patch->name,
			.version = patch->version, .sha256 = (char *)kp_patch_sha256(patch),
			.reason = (char *)"" };

	g_ptr_array_set_free_func(holds, NULL);
	g_ptr_array_add(holds, &hold);
	kp_state_last_good(scene->state, scene->host->kver, &good, NULL);
	return kp_guard_choose(scene->candidates->patches, holds,
			       good != NULL ? good->sha256 : NULL, nothing, scene->records);
}

static void take_back(struct vigil *vigil, const KpScene *scene, const KpPatch *patch,
		      const char *why)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) problem = NULL;

	kp_trial_take_back(scene, vigil->options->journal, patch, next_best(scene, patch), why,
			   vigil->progress, warnings, &problem);
	kp_warn_all(warnings);
	kp_report_error(problem);
	vigil->failed = TRUE;
}

static VigilEnd call_good(const struct vigil *vigil, const KpScene *scene,
			  const KpAttempt *attempt, GError **error)
{
	const KpIdentity identity = { attempt->name, attempt->version, attempt->sha256 };

	if (kp_guard_is_boot(vigil->host) &&
	    !kp_state_set_good(scene->state, attempt->kver, &identity, error))
		return VIGIL_ERROR;
	if (!kp_guard_end(scene->state, vigil->host, error))
		return VIGIL_ERROR;
	kp_say(vigil->options, "%s (%s) has proven to be good.", attempt->name, attempt->version);
	return VIGIL_OVER;
}

/* Somebody else is changing something: the mark may be another one soon. */
static VigilEnd is_busy(const struct vigil *vigil, GError **error)
{
	if (!g_error_matches(*error, KP_ERROR, KP_ERROR_BUSY))
		return VIGIL_ERROR;
	g_clear_error(error);
	return *vigil->options->stop != 0 ? give_up(vigil, error) : VIGIL_AGAIN;
}

/* The time is over, or a check failed because of @why. Meanwhile another patch
 * may have gone live, or none be: then there is nothing to say of this one. */
static VigilEnd conclude(struct vigil *vigil, const KpAttempt *watched, const char *why,
			 GError **error)
{
	g_autoptr(KpScene) scene = kp_scene_open(vigil->options, TRUE, &vigil->progress->watch, error);
	g_autoptr(KpAttempt) attempt = NULL;
	const KpLivePatch *live;
	const KpPatch *patch;

	if (scene == NULL)
		return is_busy(vigil, error);
	if (!kp_state_attempt(scene->state, scene->host->kver, &attempt, error))
		return VIGIL_ERROR;
	if (!is_ours(vigil, attempt) || !g_str_equal(attempt->sha256, watched->sha256))
		return VIGIL_AGAIN;
	live = kp_live_find(scene->live, attempt->name);
	if (live == NULL || !live->enabled)
		return kp_guard_end(scene->state, vigil->host, error) ? VIGIL_OVER : VIGIL_ERROR;
	if (why == NULL)
		return call_good(vigil, scene, attempt, error);
	patch = find_digest(scene->candidates->patches, attempt->sha256);
	if (patch != NULL) {
		take_back(vigil, scene, patch, why);
		return VIGIL_AGAIN;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s (%s) failed its trial: %s; its file is gone, so it cannot be blocked and "
		    "stays live", attempt->name, attempt->version, why);
	kp_guard_end(scene->state, vigil->host, NULL);
	return VIGIL_ERROR;
}

static VigilEnd keep_vigil(struct vigil *vigil, GError **error)
{
	gboolean ok;
	g_autoptr(KpAttempt) attempt = read_mark(vigil, &ok, error);
	g_autofree char *why = NULL;

	if (attempt == NULL)
		return ok ? VIGIL_OVER : VIGIL_ERROR;
	if (watch_over(vigil, attempt, &why) == KP_TRIAL_STOPPED)
		return give_up(vigil, error);
	return conclude(vigil, attempt, why, error);
}

int kp_command_boot_good(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpSettings) settings = kp_settings_read(options->root, error);
	g_autoptr(KpHost) host = kp_host_read(options->root);
	g_autofree char *flag = kp_root_path(options->root, KP_GUARD_FLAG);
	struct vigil vigil = { options, settings, host, NULL, FALSE };
	KpProgress progress;
	VigilEnd end = VIGIL_AGAIN;

	if (settings == NULL)
		return -1;
	if (!host->is_machine || host->kver == NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
				    "boot-good watches the running machine, and nothing else");
		return -1;
	}
	kp_progress_init(&progress, options);
	vigil.progress = &progress;
	while (end == VIGIL_AGAIN)
		end = keep_vigil(&vigil, error);
	kp_progress_end(&progress);
	if (end == VIGIL_ERROR)
		return -1;
	unlink(flag);
	return vigil.failed ? KP_EXIT_FAILED : KP_EXIT_DONE;
}
