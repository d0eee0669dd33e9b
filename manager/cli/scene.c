/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/scene.h"

#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "cli/journal.h"
#include "live/floor.h"
#include "live/guard.h"
#include "live/live.h"

void kp_scene_free(KpScene *scene)
{
	if (scene == NULL)
		return;
	g_clear_pointer(&scene->live, g_ptr_array_unref);
	g_clear_pointer(&scene->candidates, kp_candidates_free);
	g_clear_pointer(&scene->holds, g_ptr_array_unref);
	g_ptr_array_unref(scene->warnings);
	kp_state_close(scene->state);
	kp_voucher_free(scene->voucher);
	kp_host_free(scene->host);
	kp_settings_free(scene->settings);
	if (scene->lock >= 0)
		close(scene->lock);
	g_free(scene);
}

static gboolean may_change(const KpHost *host, GError **error)
{
	g_autofree char *problem = NULL;

	if (!host->is_machine)
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "below --root and in a chroot no kernel can be changed; add --dry-run "
			    "to see what would be done");
	else if (geteuid() != 0)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "only root can change the kernel; run this with sudo, or add --dry-run");
	else if ((problem = kp_live_problem(host)) != NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s; nothing was changed", problem);
	else
		return TRUE;
	return FALSE;
}

/* What holds there are, when no more than that can be had: a disk that is
 * mounted read-only at boot must not bring back what was blocked. */
static GPtrArray *read_holds(const KpScene *scene)
{
	g_autoptr(KpState) state = kp_state_open(scene->host->root, FALSE, NULL);
	GPtrArray *holds = state != NULL ? kp_state_holds(state, scene->host->kver, NULL) : NULL;

	return holds != NULL ? holds : g_ptr_array_new();
}

static gboolean open_state(KpScene *scene, const KpOptions *options, gboolean writing,
			   GError **error)
{
	scene->state = kp_state_open(scene->host->root, writing, error);
	if (scene->state == NULL)
		return FALSE;
	if (kp_state_warning(scene->state) != NULL) {
		const KpJournalEntry entry = { .kver = scene->host->kver };

		g_ptr_array_add(scene->warnings, g_strdup(kp_state_warning(scene->state)));
		kp_journal_say(options->journal, KP_JOURNAL_STATE_DAMAGED, &entry, "%s",
			       kp_state_warning(scene->state));
	}
	scene->holds = kp_state_holds(scene->state, scene->host->kver, error);
	return scene->holds != NULL;
}

/* A machine must not stay unpatched over a broken database: at boot a missing
 * history is the smaller evil. What only looks says so, and goes on as the
 * change would: with a new one. */
static gboolean open_state_or_go_on(KpScene *scene, const KpOptions *options,
				    gboolean changing, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (open_state(scene, options, changing, &problem))
		return TRUE;
	if (changing && !options->boot) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return FALSE;
	}
	g_clear_pointer(&scene->state, kp_state_close);
	scene->holds = read_holds(scene);
	g_ptr_array_add(scene->warnings, g_strdup_printf(
		"%s; going on without it", problem->message));
	return TRUE;
}

static void tell_death(const KpOptions *options, const KpAttempt *died, KpGuardVerdict verdict)
{
	const KpJournalEntry entry = { .kver = died->kver, .name = died->name,
				       .version = died->version, .sha256 = died->sha256,
				       .action = "guard", .result = "failed" };

	kp_journal_say(options->journal, KP_JOURNAL_BOOT_DIED, &entry,
		       "The machine died soon after %s (%s) went live: it is %s",
		       died->name, died->version,
		       verdict == KP_GUARD_BLOCK ? "blocked" : "tried once more");
}

/* Whoever is the first to change something after a boot that died finds out
 * what it died of. */
static void ask_guard(KpScene *scene, const KpOptions *options)
{
	g_autoptr(KpAttempt) died = NULL;
	g_autoptr(GPtrArray) holds = NULL;
	KpGuardVerdict verdict;

	if (scene->state == NULL)
		return;
	verdict = kp_guard_judge(scene->state, scene->host, options->boot, &died,
				 scene->warnings);
	if (died == NULL)
		return;
	tell_death(options, died, verdict);
	holds = kp_state_holds(scene->state, scene->host->kver, NULL);
	if (holds == NULL)
		return;
	g_ptr_array_unref(scene->holds);
	scene->holds = g_steal_pointer(&holds);
}

gboolean kp_scene_vouch(const KpScene *scene, const KpPatch *patch, GError **error)
{
	if (!kp_patch_seal(patch, error))
		return FALSE;
	if (kp_vouch(scene->voucher, patch))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s: %s", patch->path, patch->distrust);
	return FALSE;
}

char *kp_scene_floor(const KpScene *scene)
{
	g_autoptr(GPtrArray) records = scene->state == NULL ? NULL :
		kp_state_history(scene->state, scene->host->kver, 0, NULL);
	const KpRecord *floor = records != NULL ? kp_floor_find(records, scene->holds) : NULL;

	return floor != NULL ? g_strdup(floor->version) : NULL;
}

/* What is found to be bad is asked for once more: another file may have the same
 * release, or the next best is due. */
KpChoice *kp_scene_choose(const KpScene *scene)
{
	for (;;) {
		KpChoice *choice = kp_select_best(scene->candidates->patches, scene->holds);
		const KpPatch *patch = choice->patch;
		gboolean known = patch != NULL && patch->distrust != NULL;

		/* what is refused, and has no good copy, is for preflight to say */
		if (patch == NULL || known || kp_scene_vouch(scene, patch, NULL))
			return choice;
		if (!kp_patch_revoked(patch) && patch->distrust == NULL)
			return choice;
		kp_choice_free(choice);
	}
}

KpScene *kp_scene_open(const KpOptions *options, gboolean changing, const KpWatch *watch,
		       GError **error)
{
	g_autoptr(KpScene) scene = g_new0(KpScene, 1);

	scene->lock = -1;
	scene->warnings = g_ptr_array_new_with_free_func(g_free);
	scene->settings = kp_settings_read(options->root, error);
	if (scene->settings == NULL)
		return NULL;
	scene->host = kp_host_read(options->root);
	scene->voucher = kp_voucher_new(options->root,
					(KpVerifyPolicy)scene->settings->verify_modules);
	if (changing && !may_change(scene->host, error))
		return NULL;
	if (scene->host->kver == NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "no kernel is running there (/proc/sys/kernel/osrelease is missing)");
		return NULL;
	}
	if (changing) {
		scene->lock = kp_lock_take(options->root, scene->settings->lock_limit * 1000,
					   watch, error);
		if (scene->lock < 0)
			return NULL;
	}
	/* an initramfs has a copy of the state, and only looks at it */
	if (!open_state_or_go_on(scene, options, changing && !options->early, error))
		return NULL;
	if (changing && !options->early)
		ask_guard(scene, options);
	scene->candidates = kp_store_scan(options->root, scene->host->kver);
	scene->live = kp_live_read(options->root, scene->candidates);
	return g_steal_pointer(&scene);
}
