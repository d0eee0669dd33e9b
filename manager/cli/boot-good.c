/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot-good: waits until the patch that went live last has proven that the
 * machine survives it, and takes the boot guard's mark away. It holds no lock
 * of changes and no open database while it waits. One that was killed finds all that it
 * knew in the mark, and goes on. */
#include <unistd.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/trial.h"
#include "live/guard.h"
#include "live/live.h"
#include "live/mark.h"
#include "live/trial.h"
#include "live/watcher.h"

/* Seconds until what could not be noted, on a disk that is full for one, is tried again. */
#define LATER_SECONDS 10

/* Seconds until whoever has the lock is asked again; to wait for it may not be allowed. */
#define BUSY_SECONDS 1

struct vigil {
	const KpOptions *options;
	const KpSettings *settings;
	const KpHost *host;
	KpProgress *progress;
	gboolean failed;	/* a health check failed */
	gboolean told;		/* that it could not be noted */
};

typedef enum {
	VIGIL_OVER,
	VIGIL_AGAIN,
	VIGIL_STOPPED,		/* the mark is there */
	VIGIL_ERROR,
} VigilEnd;

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
		MAX(vigil->settings->good_after - MAX(kp_mark_age(vigil->host->root), 0), 0),
		vigil->settings->trial_interval, vigil->settings->trial_timeout,
	};
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	KpTrialResult result = KP_TRIAL_NONE;

	if (kp_mark_is_by(vigil->host->root, "boot"))
		result = kp_trial_run(&trial, &vigil->progress->watch, warnings, why);
	if (result == KP_TRIAL_NONE &&
	    !kp_pause("watching how the machine does", trial.window * 1000, &vigil->progress->watch))
		result = KP_TRIAL_STOPPED;
	kp_warn_all(warnings);
	return result;
}

/* Whoever stops this service alone leaves the mark to the next one, and to
 * kpatch-boot-end.service. An orderly shutdown proves that the machine is alive, and
 * nothing more. It does not wait for a lock. */
static VigilEnd leave(const struct vigil *vigil, GError **error)
{
	g_autoptr(KpState) state = NULL;

	if (!kp_watcher_goes_down(vigil->host))
		return VIGIL_STOPPED;
	state = kp_state_open(vigil->options->root, TRUE, error);
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
	if (!kp_guard_prove(scene->state, vigil->host, attempt, error))
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
	return kp_pause("waiting for another kpatch-manager", BUSY_SECONDS * 1000,
			&vigil->progress->watch) ? VIGIL_AGAIN : leave(vigil, error);
}

/* The time is over, or a check failed because of @why. Meanwhile another patch
 * may have gone live, or none be: then there is nothing to say of this one. */
static VigilEnd conclude(struct vigil *vigil, const KpAttempt *watched, const char *why,
			 GError **error)
{
	g_autoptr(KpScene) scene = kp_scene_open(vigil->options, TRUE, &vigil->progress->watch, error);
	g_autoptr(KpAttempt) attempt = NULL;
	g_autoptr(GError) problem = NULL;
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
	problem = g_error_new(KP_ERROR, KP_ERROR_FAILED,
		    "%s (%s) failed its trial: %s; its file is gone, so it cannot be blocked and "
		    "stays live", attempt->name, attempt->version, why);
	kp_guard_end(scene->state, vigil->host, NULL);
	kp_report_error(problem);
	vigil->failed = TRUE;
	return VIGIL_OVER;
}

static VigilEnd keep_vigil(struct vigil *vigil, GError **error)
{
	gboolean ok;
	g_autoptr(KpAttempt) attempt = read_mark(vigil, &ok, error);
	g_autofree char *why = NULL;
	VigilEnd end;

	if (attempt == NULL)
		return ok ? VIGIL_OVER : VIGIL_ERROR;
	if (watch_over(vigil, attempt, &why) == KP_TRIAL_STOPPED)
		return leave(vigil, error);
	end = conclude(vigil, attempt, why, error);
	/* the time is over and the machine lives, whether that can be noted or not */
	if (end == VIGIL_ERROR && why == NULL)
		kp_mark_close(vigil->host->root, vigil->host->kver, KP_MARK_PATCH);
	return end;
}

/* What cannot be read or written now may be soon. It is told once. */
static VigilEnd try_later(struct vigil *vigil, GError **error)
{
	g_autoptr(GError) problem = *error;

	*error = NULL;
	if (!vigil->told)
		kp_warn("%s; it is tried again every %d seconds", problem->message, LATER_SECONDS);
	vigil->told = TRUE;
	return kp_pause("waiting for the state to be written", LATER_SECONDS * 1000,
			&vigil->progress->watch) ? VIGIL_AGAIN : leave(vigil, error);
}

static int watch(struct vigil *vigil, GError **error)
{
	VigilEnd end = VIGIL_AGAIN;

	while (end == VIGIL_AGAIN) {
		end = keep_vigil(vigil, error);
		if (end == VIGIL_ERROR && *vigil->options->stop == 0)
			end = try_later(vigil, error);
	}
	kp_progress_end(vigil->progress);
	if (end == VIGIL_ERROR)
		return -1;
	return vigil->failed ? KP_EXIT_FAILED : KP_EXIT_DONE;
}

int kp_command_boot_good(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpSettings) settings = kp_settings_read(options->root, error);
	g_autoptr(KpHost) host = kp_host_read(options->root);
	struct vigil vigil = { .options = options, .settings = settings, .host = host };
	KpProgress progress;
	int lock, code;

	if (settings == NULL)
		return -1;
	if (!host->is_machine || host->kver == NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
				    "boot-good watches the running machine, and nothing else");
		return -1;
	}
	kp_progress_init(&progress, options);
	vigil.progress = &progress;
	lock = kp_watcher_begin(options->root);
	code = watch(&vigil, error);
	if (lock >= 0)
		close(lock);
	return code;
}
