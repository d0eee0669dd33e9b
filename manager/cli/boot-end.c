/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot-end: the machine goes down in order, so it did not die of what is on trial. systemd
 * runs it, whoever else was killed. It waits for no lock. */
#include "base/error.h"
#include "base/settings.h"
#include "cli/command.h"
#include "cli/journal.h"
#include "cli/report.h"
#include "live/guard.h"
#include "live/live.h"
#include "live/mark.h"
#include "live/trial.h"
#include "live/watcher.h"

/* What was live for as long as the watcher would have watched needs no watcher; only the
 * checks that he runs at boot are his. */
static gboolean is_proven(const KpHost *host, const KpSettings *settings, const KpAttempt *attempt)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) checks = NULL, live = NULL;
	const KpLivePatch *found;

	if (settings == NULL || !g_str_equal(attempt->boot_id, host->boot_id) ||
	    kp_mark_age(host->root) < settings->good_after)
		return FALSE;
	checks = kp_trial_checks(host->root, warnings);
	if (kp_mark_is_by(host->root, "boot") && checks->len > 0)
		return FALSE;
	live = kp_live_read(host->root, NULL);
	found = kp_live_find(live, attempt->name);
	return found != NULL && found->enabled;
}

/* One that is damaged is left to the next boot, which must hear of it. */
static gboolean has_mark(const KpHost *host, gboolean *marked, GError **error)
{
	g_autoptr(KpState) state = kp_state_open(host->root, FALSE, error);
	g_autoptr(KpAttempt) attempt = NULL;

	if (state == NULL || !kp_state_attempt(state, host->kver, &attempt, error))
		return FALSE;
	*marked = attempt != NULL;
	return TRUE;
}

static gboolean end_mark(const KpOptions *options, const KpHost *host, GError **error)
{
	g_autoptr(KpSettings) settings = kp_settings_read(host->root, NULL);
	g_autoptr(KpState) state = kp_state_open(host->root, TRUE, error);
	g_autoptr(KpAttempt) attempt = NULL;

	if (state == NULL)
		return FALSE;
	kp_journal_exposed(options->journal, state, host->kver);
	if (!kp_state_attempt(state, host->kver, &attempt, error))
		return FALSE;
	return attempt != NULL && is_proven(host, settings, attempt) ?
	       kp_guard_prove(state, host, attempt, error) : kp_guard_end(state, host, error);
}

int kp_command_boot_end(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpHost) host = kp_host_read(options->root);
	gboolean marked = FALSE, ok;

	if (!host->is_machine || host->kver == NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
				    "boot-end is about the running machine, and nothing else");
		return -1;
	}
	if (!kp_watcher_goes_down(host)) {
		kp_say(options, "The machine is not being shut down: nothing to do.");
		return KP_EXIT_DONE;
	}
	ok = has_mark(host, &marked, error) && (!marked || end_mark(options, host, error));
	/* there is always room for that */
	kp_mark_close(host->root, host->kver, KP_MARK_PATCH);
	kp_mark_close(host->root, host->kver, KP_MARK_CORE);
	return ok ? KP_EXIT_DONE : -1;
}
