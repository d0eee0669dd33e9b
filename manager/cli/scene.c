/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/scene.h"

#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/names.h"
#include "base/root.h"
#include "base/version.h"
#include "cli/journal.h"
#include "cli/packages.h"
#include "cli/releases.h"
#include "live/doubt.h"
#include "live/guard.h"
#include "live/live.h"
#include "live/stream.h"
#include "live/trial-note.h"
#include "live/watcher.h"

void kp_scene_free(KpScene *scene)
{
	if (scene == NULL)
		return;
	g_clear_pointer(&scene->live, g_ptr_array_unref);
	g_clear_pointer(&scene->records, g_ptr_array_unref);
	g_clear_pointer(&scene->candidates, kp_candidates_free);
	g_clear_pointer(&scene->holds, g_ptr_array_unref);
	g_ptr_array_unref(scene->warnings);
	kp_state_close(scene->state);
	kp_state_close(scene->remains);
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
static GPtrArray *read_holds(KpScene *scene)
{
	const char *root = scene->host->root;
	gboolean whole = TRUE;
	GPtrArray *holds = NULL;

	scene->remains = kp_state_open(root, FALSE, NULL);
	if (scene->remains == NULL && kp_state_is_for_us(root))
		scene->remains = kp_state_open_remains(root, &whole);
	if (scene->remains != NULL)
		holds = kp_state_holds(scene->remains, scene->host->kver, NULL);
	scene->doubted = kp_state_is_for_us(root) && (!whole || holds == NULL);
	return holds != NULL ? holds :
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_hold_free);
}

static gboolean write_doubted(KpScene *scene, guint *count, GError **error)
{
	const char *kver = scene->host->kver;
	GPtrArray *holds = NULL;

	if (kp_doubt_settle(scene->state, scene->host->root, kver, scene->live, count, error))
		holds = kp_state_holds(scene->state, kver, error);
	if (holds == NULL)
		return FALSE;
	g_ptr_array_unref(scene->holds);
	scene->holds = holds;
	return TRUE;
}

/* Holds are lost: what may have been held is not loaded until somebody says so. */
static void hold_doubted(KpScene *scene, gboolean writing)
{
	g_autoptr(GError) problem = NULL;
	guint count = 0, before = scene->holds->len;

	if (scene->state != NULL)
		scene->doubted = kp_state_is_doubted(scene->state);
	if (!scene->doubted)
		return;
	if (scene->state == NULL || !writing || !write_doubted(scene, &count, &problem)) {
		kp_doubt_add(scene->holds, scene->state != NULL ? scene->state : scene->remains,
			     scene->candidates, scene->live);
		count = scene->holds->len - before;
	}
	if (problem != NULL)
		g_ptr_array_add(scene->warnings, g_strdup(problem->message));
	if (count > 0)
		g_ptr_array_add(scene->warnings, g_strdup_printf(
			"holds may be lost with the damaged state: what was not proven to be good is "
			"held (%u); 'kpatch-manager release' lets it in again", count));
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
	if (kp_state_exposed(scene->state) != NULL)
		g_ptr_array_add(scene->warnings, g_strdup(kp_state_exposed(scene->state)));
	if (writing)
		kp_journal_exposed(options->journal, scene->state, scene->host->kver);
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
	static const char *const words[] = {
		[KP_GUARD_FINE] = "", [KP_GUARD_FORGIVEN] = "tried once more",
		[KP_GUARD_LATER] = "blocked for now", [KP_GUARD_BLOCK] = "blocked",
	};
	const KpJournalEntry entry = { .kver = died->kver, .name = died->name,
				       .version = died->version, .sha256 = died->sha256,
				       .action = "guard", .result = "failed" };

	kp_journal_say(options->journal, KP_JOURNAL_BOOT_DIED, &entry,
		       "The machine died soon after %s (%s) went live: it is %s",
		       died->name, died->version,
		       words[verdict]);
}

/* A block that cannot be written, on a disk that is full for one, holds for this command. */
static void keep_away(GPtrArray *holds, const KpAttempt *died)
{
	KpHold *hold;

	for (guint i = 0; i < holds->len; i++) {
		hold = g_ptr_array_index(holds, i);
		if (hold->kind == KP_HOLD_BLOCKED && g_str_equal(hold->sha256, died->sha256))
			return;
	}
	hold = g_new0(KpHold, 1);
	hold->kind = KP_HOLD_BLOCKED;
	hold->kver = g_strdup(died->kver);
	hold->name = g_strdup(died->name);
	hold->version = g_strdup(died->version);
	hold->sha256 = g_strdup(died->sha256);
	hold->reason = g_strdup("the machine died soon after it went live");
	hold->since = g_get_real_time() / G_USEC_PER_SEC;
	g_ptr_array_add(holds, hold);
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
	scene->after_death = died != NULL;
	if (died != NULL)
		tell_death(options, died, verdict);
	holds = kp_state_holds(scene->state, scene->host->kver, NULL);
	if (holds != NULL) {
		g_ptr_array_unref(scene->holds);
		scene->holds = g_steal_pointer(&holds);
	}
	if (died != NULL && verdict != KP_GUARD_FORGIVEN)
		keep_away(scene->holds, died);
}

/* A boot starts the watcher itself, and before it makes its own mark there is none. */
static void ask_for_watcher(KpScene *scene, const KpOptions *options)
{
	char *text = scene->state != NULL && !options->boot ?
		kp_watcher_revive(scene->state, scene->host) : NULL;

	if (text != NULL)
		g_ptr_array_add(scene->warnings, text);
}

gboolean kp_scene_unblock(const KpScene *scene, const KpPatch *patch, gboolean dry_run)
{
	const char *sha256 = kp_patch_sha256(patch);

	if (!dry_run && !kp_state_drop_block(scene->state, patch->kver, sha256, NULL))
		return FALSE;
	for (guint i = scene->holds->len; i-- > 0;) {
		const KpHold *hold = g_ptr_array_index(scene->holds, i);

		if (hold->kind == KP_HOLD_BLOCKED && g_str_equal(hold->sha256, sha256))
			g_ptr_array_remove_index(scene->holds, i);
	}
	return TRUE;
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

static gboolean any_nameless(const KpScene *scene)
{
	for (guint i = 0; i < scene->candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(scene->candidates->patches, i);

		if (!kp_version_says(patch->version))
			return TRUE;
	}
	return FALSE;
}

void kp_scene_take_releases(KpScene *scene, const KpOptions *options)
{
	g_autoptr(KpInventory) inventory = NULL;

	if (!any_nameless(scene))
		return;
	inventory = kp_packages_read(options->root, scene->settings, NULL);
	if (inventory != NULL)
		kp_releases_take(scene->candidates, scene->live, inventory, options->root);
}

/* A release is held, and a module that says none has the name of what is held: whether it
 * is that release, or a newer one, only packages know. */
static gboolean is_hold_unclear(const KpScene *scene)
{
	for (guint i = 0; i < scene->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(scene->holds, i);

		for (guint j = 0; kp_version_says(hold->version) &&
				  j < scene->candidates->patches->len; j++) {
			const KpPatch *patch = g_ptr_array_index(scene->candidates->patches, j);

			if (!kp_version_says(patch->version) && kp_name_equal(hold->name, patch->name))
				return TRUE;
		}
	}
	return FALSE;
}

/* The package database is read only when it has something to say: a boot mostly does
 * without. In an initramfs there is none, and the history is as old as the image. */
static void ask_packages(KpScene *scene, const KpOptions *options)
{
	g_autoptr(KpInventory) inventory = NULL;
	g_autoptr(GError) problem = NULL;

	scene->records = scene->state == NULL || options->early ? NULL :
		kp_state_history(scene->state, scene->host->kver, 0, NULL);
	if (scene->records == NULL)
		scene->records = g_ptr_array_new();
	if (options->early ||
	    !kp_asked_matters(&scene->asked, scene->candidates, scene->holds, scene->records))
		return;
	inventory = kp_packages_read(options->root, scene->settings, &problem);
	if (inventory != NULL)
		kp_asked_answer(&scene->asked, scene->candidates, scene->records, options->root,
				inventory);
	else
		g_ptr_array_add(scene->warnings, g_strdup_printf(
			"whether the package manager went back to %s (%s) cannot be told: %s",
			scene->asked.patch->name, scene->asked.patch->version, problem->message));
}

/* What is found to be bad is asked for once more: another file may have the same
 * release, or the next best is due. */
KpChoice *kp_scene_choose(const KpScene *scene)
{
	for (;;) {
		KpChoice *choice = kp_select_followed(scene->candidates->patches, scene->holds,
						      scene->live, scene->records);
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

/* A trial holds the lock, and may do so for long. */
static gboolean take_lock(KpScene *scene, const KpWatch *watch, GError **error)
{
	const char *root = scene->host->root;
	g_autoptr(KpTrialNote) note = kp_trial_note_read(root);
	g_autofree char *trial = note != NULL ? kp_trial_note_text(note) : NULL;

	scene->lock = kp_lock_take(root, scene->settings->lock_limit * 1000, watch, error);
	if (scene->lock < 0 && trial != NULL)
		g_prefix_error(error, "%s; ", trial);
	return scene->lock >= 0;
}

static gboolean has_kernel(const KpScene *scene, const char *kver)
{
	g_autofree char *modules = kp_root_pathf(scene->host->root, "/lib/modules/%s", kver);
	g_autoptr(KpCandidates) candidates = kp_store_scan(scene->host->root, kver);

	return candidates->patches->len > 0 || g_file_test(modules, G_FILE_TEST_IS_DIR);
}

/* Everything from here on is about the kernel that was named. */
static gboolean go_elsewhere(KpScene *scene, const char *kver, GError **error)
{
	KpState *state = scene->state != NULL ? scene->state : scene->remains;
	GPtrArray *holds;

	if (kver == NULL || g_str_equal(kver, scene->host->kver))
		return TRUE;
	holds = !kp_kver_valid(kver) || state == NULL ?
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_hold_free) :
		kp_state_holds(state, kver, error);
	if (holds == NULL)
		return FALSE;
	g_ptr_array_unref(scene->holds);
	scene->holds = holds;
	if (holds->len == 0 && (!kp_kver_valid(kver) || !has_kernel(scene, kver))) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "kernel %s is not installed; 'kpatch-manager status' lists the kernels", kver);
		return FALSE;
	}
	g_free(scene->host->kver);
	scene->host->kver = g_strdup(kver);
	scene->elsewhere = TRUE;
	return TRUE;
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
	if (scene->settings->verify_expired == KP_EXPIRED_KEPT)
		kp_voucher_keeps(scene->voucher);
	if (changing && !options->early)
		kp_voucher_remembers(scene->voucher);
	if (changing && !may_change(scene->host, error))
		return NULL;
	if (scene->host->kver == NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "no kernel is running there (/proc/sys/kernel/osrelease is missing)");
		return NULL;
	}
	if (changing && !take_lock(scene, watch, error))
		return NULL;
	/* an initramfs has a copy of the state, and only looks at it */
	if (!open_state_or_go_on(scene, options, changing && !options->early, error))
		return NULL;
	if (changing && !options->early) {
		ask_guard(scene, options);
		ask_for_watcher(scene, options);
	}
	if (!go_elsewhere(scene, options->kernel, error))
		return NULL;
	scene->candidates = kp_store_scan(options->root, scene->host->kver);
	scene->live = scene->elsewhere ? g_ptr_array_new() :
		      kp_live_read(options->root, scene->candidates);
	hold_doubted(scene, changing && !options->early && !scene->elsewhere);
	if (!options->early && is_hold_unclear(scene))
		kp_scene_take_releases(scene, options);
	ask_packages(scene, options);
	kp_stream_mark(scene->live, scene->candidates, scene->records, scene->host->kver);
	return g_steal_pointer(&scene);
}
