/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sync: store and kernel agree with the files that packages brought. It runs in
 * file triggers, inside of transactions: it asks no package database, and waits
 * for nobody who may be waiting for the transaction. */
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "cli/change.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/scene.h"
#include "live/above.h"
#include "live/forget.h"
#include "live/live.h"
#include "live/watcher.h"

/* TRUE when apply would do nothing and say nothing. That needs neither the lock nor
 * the right to change something, and is what most calls find. */
static gboolean is_settled(const KpOptions *options)
{
	KpOptions looking = *options;
	g_autoptr(KpScene) scene = NULL;
	g_autoptr(KpChoice) choice = NULL;
	g_autoptr(KpPlan) plan = NULL;
	KpProgress progress;

	looking.dry_run = TRUE;
	looking.journal = NULL;
	kp_progress_init(&progress, &looking);
	scene = kp_scene_open(&looking, FALSE, &progress.watch, NULL);
	if (scene != NULL && scene->state != NULL && kp_watcher_is_lost(scene->state, scene->host))
		return FALSE;
	if (scene == NULL || scene->warnings->len > 0 || scene->candidates->problems->len > 0)
		return FALSE;
	choice = kp_scene_choose(scene);
	if (choice->patch == NULL)
		return scene->candidates->patches->len == 0;
	if (choice->patch->distrust != NULL || kp_voucher_warnings(scene->voucher)->len > 0)
		return FALSE;
	if (kp_change_newer_is_live(scene, choice->patch))
		return kp_change_warn_shadowed(scene);
	plan = kp_plan_apply(scene->host, scene->candidates, scene->live, choice->patch);
	return plan->steps->len == 0 && kp_change_warn_shadowed(scene);
}

/* A copy of what was applied once: others may have put files there for a kernel
 * that is still to come. */
static gboolean was_applied(KpState *state, const char *kver)
{
	g_autoptr(GPtrArray) records = kp_state_history(state, kver, 1, NULL);

	return records != NULL && records->len > 0;
}

static void drop_unapplied(const KpOptions *options, GPtrArray *kernels)
{
	g_autoptr(KpState) state = kernels->len > 0 ?
		kp_state_open(options->root, FALSE, NULL) : NULL;

	for (guint i = kernels->len; i > 0; i--)
		if (state == NULL || !was_applied(state, g_ptr_array_index(kernels, i - 1)))
			g_ptr_array_remove_index(kernels, i - 1);
}

static gboolean forget_all(const KpOptions *options, const KpHost *host,
			   const GPtrArray *kernels, GError **error)
{
	for (guint i = 0; i < kernels->len; i++) {
		const char *kver = g_ptr_array_index(kernels, i);

		if (!options->dry_run && !kp_forget(host, kver, error))
			return FALSE;
		kp_say(options, "Kernel %s is gone: its copies of patches %s removed.", kver,
		       options->dry_run ? "would be" : "are");
	}
	return TRUE;
}

/* Copies for kernels that are gone go, too. That is not urgent: if somebody holds
 * the lock, the next call does it. */
static int forget(const KpOptions *options, const KpHost *host, GError **error)
{
	g_autoptr(GPtrArray) kernels = kp_forget_list(host);
	gboolean ok;
	int lock = -1;

	drop_unapplied(options, kernels);
	if (kernels->len == 0)
		return KP_EXIT_DONE;
	if (!options->dry_run) {
		lock = geteuid() == 0 ? kp_lock_take(options->root, 0, NULL, NULL) : -1;
		if (lock < 0)
			return KP_EXIT_DONE;
	}
	ok = forget_all(options, host, kernels, error);
	if (lock >= 0)
		close(lock);
	return !ok ? -1 : options->dry_run ? KP_EXIT_WOULD_CHANGE : KP_EXIT_DONE;
}

static int agree(const KpOptions *options, GError **error)
{
	if (is_settled(options))
		return KP_EXIT_DONE;
	if (!options->dry_run && kp_above_holds_lock(options->root)) {
		if (options->verbose)
			kp_say(options, "sync leaves this to the kpatch-manager that started it.");
		return KP_EXIT_DONE;
	}
	return kp_apply_best(options, "sync", error);
}

/* While an image is being installed in a chroot, or no kernel runs, there is
 * nothing to agree with: the image's own boot will see to it. */
int kp_command_sync(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpHost) host = kp_host_read(options->root);
	int code, forgot;

	if (!options->dry_run && (!host->is_machine || host->kver == NULL))
		return KP_EXIT_DONE;
	if (kp_boot_is_disabled(options, "sync"))
		return KP_EXIT_DONE;
	code = agree(options, error);
	if (code != KP_EXIT_DONE && code != KP_EXIT_WOULD_CHANGE)
		return code;
	forgot = forget(options, host, error);
	return forgot != KP_EXIT_DONE ? forgot : code;
}
