/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/trial.h"

#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/root.h"
#include "cli/report.h"
#include "live/execute.h"
#include "live/live.h"
#include "live/plan.h"
#include "live/stream.h"
#include "live/trial.h"
#include "live/trial-note.h"

static gint64 now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static void warn(GPtrArray *warnings, const GError *error)
{
	if (error != NULL)
		g_ptr_array_add(warnings, g_strdup(error->message));
}

static void tell(KpJournal *journal, const KpRecord *record)
{
	gboolean passed = *record->detail == '\0';
	const KpJournalEntry entry = { .kver = record->kver, .name = record->name,
				       .version = record->version, .sha256 = record->sha256,
				       .action = record->action, .result = record->result };

	kp_journal_say(journal, passed ? KP_JOURNAL_TRIAL_PASSED : KP_JOURNAL_TRIAL_FAILED, &entry,
		       passed ? "%s (%s) passed its trial%s" : "%s (%s) failed its trial: %s",
		       record->name, record->version, record->detail);
}

void kp_trial_record(const KpScene *scene, KpJournal *journal, const KpPatch *patch,
		     const char *why, GPtrArray *warnings)
{
	const KpRecord entry = {
		.at = now(), .boot_id = scene->host->boot_id, .kver = patch->kver,
		.action = (char *)"trial", .name = patch->name, .version = patch->version,
		.sha256 = (char *)kp_patch_sha256(patch),
		.backend = (char *)kp_backend_word(patch->backend),
		.result = (char *)(why != NULL ? "failed" : "done"),
		.detail = (char *)(why != NULL ? why : ""),
	};
	g_autoptr(GError) error = NULL;

	if (scene->state != NULL)
		kp_state_add_record(scene->state, &entry, &error);
	warn(warnings, error);
	tell(journal, &entry);
}

/* First of all, and durably: whatever comes next, it must not come back. */
static void block(const KpScene *scene, const KpPatch *patch, const char *why,
		  GPtrArray *warnings)
{
	const KpHold hold = {
		.kind = KP_HOLD_BLOCKED, .kver = patch->kver, .name = patch->name,
		.version = patch->version, .sha256 = (char *)kp_patch_sha256(patch),
		.reason = (char *)why, .since = now(),
	};
	g_autoptr(GError) error = NULL;
	gboolean added;

	if (scene->state != NULL)
		kp_state_add_hold(scene->state, &hold, &added, &error);
	warn(warnings, error);
}

static gboolean go_back(const KpScene *scene, const KpPatch *patch, const KpPatch *previous,
			KpProgress *progress,
			GPtrArray *warnings, GError **error)
{
	/* unwatched: who stops us now would leave the bad patch live */
	const KpExecution execution = { scene->host, scene->settings, scene->state, "rollback",
					NULL, scene->voucher };
	g_autoptr(KpPlan) plan = previous == NULL ? kp_plan_none(scene->live, patch->name) :
		kp_plan_apply(scene->host, scene->candidates, scene->live, previous);
	gboolean ok = kp_execute(&execution, plan, warnings, error);

	kp_progress_end(progress);
	return ok;
}

void kp_trial_take_back(const KpScene *scene, KpJournal *journal, const KpPatch *patch,
			const KpPatch *previous, const char *why, KpProgress *progress,
			GPtrArray *warnings, GError **error)
{
	g_autofree char *target = NULL;
	g_autofree char *outcome = NULL;
	g_autoptr(GError) problem = NULL;

	block(scene, patch, why, warnings);
	if (previous != NULL && !kp_scene_vouch(scene, previous, &problem)) {
		warn(warnings, problem);
		g_clear_error(&problem);
		previous = NULL;
	}
	target = previous == NULL ? g_strdup("no patch") :
		 g_strdup_printf("%s (%s)", previous->name, previous->version);
	if (go_back(scene, patch, previous, progress, warnings, &problem))
		outcome = g_strdup_printf("it was rolled back to %s and is blocked; "
					  "'kpatch-manager release %s' lets it in again",
					  target, patch->version);
	else
		outcome = g_strdup_printf("it is blocked, but could not be rolled back to %s and "
					  "is live: %s", target, problem->message);
	/* last, so that status shows it as what happened last */
	kp_trial_record(scene, journal, patch, why, warnings);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s (%s) failed its trial: %s; %s",
		    patch->name, patch->version, why, outcome);
}

/* The file of what was live before; it may be gone, and then the newest older
 * copy is the next best. */
static const KpPatch *file_before(const KpScene *before, const KpScene *after)
{
	const KpLivePatch *top = kp_live_ours(before->live);
	const KpPatch *found;

	if (top == NULL)
		return NULL;
	found = kp_select_named(after->candidates->patches, top->name);
	return found != NULL ? found : kp_select_previous(after->candidates->patches,
							   after->holds, top, after->records);
}

static void fail(const KpScene *scene, KpJournal *journal, const KpPatch *patch,
		 const char *why, KpProgress *progress, GPtrArray *warnings, GError **error)
{
	/* the same facts, but for what the apply changed */
	g_autoptr(KpCandidates) candidates = kp_store_scan(scene->host->root, scene->host->kver);
	g_autoptr(GPtrArray) live = kp_live_read(scene->host->root, candidates);
	KpScene after = *scene;

	after.candidates = candidates;
	after.live = live;
	kp_stream_mark(live, candidates, scene->records, scene->host->kver);
	kp_trial_take_back(&after, journal, patch, file_before(scene, &after), why, progress,
			   warnings, error);
}

void kp_trial_end(const KpOptions *options)
{
	g_autoptr(KpTrialNote) note = kp_trial_note_read(options->root);

	/* at boot a trial holds no lock, and finds out by itself */
	if (note == NULL || options->dry_run || !kp_root_is_machine(options->root) ||
	    geteuid() != 0 || !kp_lock_is_held(options->root) || kill(note->pid, SIGTERM) != 0)
		return;
	kp_say(options, "The trial of %s (%s) in process %d is ended.", note->name, note->version,
	       note->pid);
}

gboolean kp_trial_after_apply(const KpScene *scene, KpJournal *journal, const KpPatch *patch,
			      KpProgress *progress, GPtrArray *warnings, GError **error)
{
	const KpTrial trial = {
		scene->host->root, scene->host->kver, patch->name, patch->version,
		scene->settings->trial_window, scene->settings->trial_interval,
		scene->settings->trial_timeout,
	};
	g_autofree char *why = NULL;

	switch (kp_trial_run(&trial, &progress->watch, warnings, &why)) {
	case KP_TRIAL_NONE:
		return TRUE;
	case KP_TRIAL_PASSED:
		kp_trial_record(scene, journal, patch, NULL, warnings);
		return TRUE;
	case KP_TRIAL_STOPPED:
		kp_trial_record(scene, journal, patch, "it was interrupted", warnings);
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "the trial of %s (%s) was interrupted: it is live, and not proven; "
			    "'kpatch-manager rollback' takes it back", patch->name, patch->version);
		return FALSE;
	case KP_TRIAL_FAILED:
		break;
	}
	kp_progress_end(progress);
	fail(scene, journal, patch, why, progress, warnings, error);
	return FALSE;
}
