/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply --boot: the best patch becomes live, or the next best. One bad file
 * must not leave the machine unpatched, but must be seen: the service fails. */
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "cli/change.h"
#include "cli/command.h"
#include "live/clock.h"
#include "live/early.h"
#include "live/guard.h"
#include "live/live.h"
#include "live/watcher.h"

struct boot {
	const KpScene *scene;
	const KpOptions *options;
	KpProgress *progress;
	GPtrArray *left;	/* const KpPatch *, those that did not fail */
	GError *first;		/* why the best one failed */
	gboolean revoked;	/* what is live must not stay */
};

/* A release lies in both folders: the copy would fail like the original. */
static void strike_out(GPtrArray *left, const KpPatch *failed)
{
	g_autofree char *digest = g_strdup(kp_patch_sha256(failed));

	for (guint i = left->len; i-- > 0;)
		if (g_str_equal(kp_patch_sha256(g_ptr_array_index(left, i)), digest))
			g_ptr_array_remove_index(left, i);
}

static const KpPatch *choose_but(const struct boot *boot, const GPtrArray *holds)
{
	const KpScene *scene = boot->scene;
	g_autoptr(KpGood) good = NULL;

	if (scene->state != NULL)
		kp_state_last_good(scene->state, scene->host->kver, &good, NULL);
	for (;;) {
		const KpPatch *patch = kp_guard_choose(boot->left, holds,
						       good != NULL ? good->sha256 : NULL,
						       scene->live, scene->records);

		/* what is revoked is no failure of this boot: the next best is due */
		if (patch == NULL || kp_scene_vouch(scene, patch, NULL) || !kp_patch_revoked(patch))
			return patch;
		kp_warn("%s (%s) is revoked: %s", patch->name, patch->version, patch->distrust);
	}
}

static const KpPatch *choose(const struct boot *boot)
{
	return choose_but(boot, boot->scene->holds);
}

/* Lets in what the machine died with once, if it would be chosen, because of @why. */
static gboolean try_again(const struct boot *boot, gboolean any, const char *why)
{
	const KpScene *scene = boot->scene;
	g_autoptr(GPtrArray) holds = scene->state == NULL ? NULL :
		kp_guard_lasting(scene->state, scene->host, scene->holds, any);
	const KpPatch *patch = holds != NULL && holds->len < scene->holds->len ?
		choose_but(boot, holds) : NULL;

	if (patch == NULL || kp_hold_of(scene->holds, patch) == NULL ||
	    !kp_scene_unblock(scene, patch, boot->options->dry_run))
		return FALSE;
	kp_warn("%s (%s) is tried once more: the machine died with it once, and %s", patch->name,
		patch->version, why);
	return TRUE;
}

/* One that was blocked for a boot that is over, and went well. */
static void let_in_again(const struct boot *boot)
{
	if (!boot->revoked && !boot->scene->after_death)
		try_again(boot, FALSE, "the boot without it went well");
}

/* What a block for one boot keeps away is better than no patch at all. */
static const KpPatch *last_resort(const struct boot *boot)
{
	if (boot->revoked || kp_live_top(boot->scene->live) != NULL ||
	    !try_again(boot, TRUE, "there is no other"))
		return NULL;
	return choose(boot);
}

/* What stands behind the file's name is the same: a security module, for example, that
 * forbids each of them. One telling is enough. */
static gboolean is_the_same(const GError *one, const GError *other)
{
	const char *reason = strstr(one->message, ": ");

	return reason != NULL && g_strcmp0(reason, strstr(other->message, ": ")) == 0;
}

/* An initramfs has what packages had when it was made: what the disk has now decides. Where
 * that has nothing, what is live is better than none. */
static gboolean is_outdated(const struct boot *boot, const KpPatch *patch)
{
	const KpScene *scene = boot->scene;
	const KpLivePatch *top = kp_live_top(scene->live);

	if (top == NULL || !kp_change_newer_is_live(scene, patch) ||
	    !kp_early_loaded(scene->host->root, top, scene->candidates->patches))
		return FALSE;
	kp_warn("%s (%s) was made live by an initramfs from before %s (%s) took its place; "
		"'dracut -f' makes a new one",
		top->name, top->version, patch->name, patch->version);
	return TRUE;
}

static int change(const struct boot *boot, const KpPatch *patch, GError **error)
{
	if (boot->revoked || is_outdated(boot, patch))
		return kp_change_replace(boot->scene, boot->options, "boot", patch, boot->progress,
					 error);
	if (kp_change_newer_is_live(boot->scene, patch))
		return kp_change_nothing(boot->scene, boot->options, "boot");
	return kp_change_apply(boot->scene, boot->options, "boot", patch, KP_UNASKED,
			       boot->progress, error);
}

/* The exit code, or -1: it failed for a reason of its own, or @error is set. */
static int try_one(struct boot *boot, const KpPatch *patch, GError **error)
{
	g_autoptr(GError) problem = NULL;
	int code = change(boot, patch, &problem);

	if (code >= 0)
		return code;
	if (g_error_matches(problem, KP_ERROR, KP_ERROR_BUSY))
		g_propagate_error(error, g_steal_pointer(&problem));
	else if (boot->first == NULL)
		boot->first = g_steal_pointer(&problem);
	else if (!is_the_same(boot->first, problem))
		kp_warn("%s", problem->message);
	return -1;
}

/* Another one is live in its place, and still it is a failure. */
static int report_first(struct boot *boot, const KpPatch *patch, int code, GError **error)
{
	if (boot->first == NULL)
		return code;
	if (patch != NULL)
		g_prefix_error(&boot->first, "%s (%s) is live, as the best one failed: ",
			       patch->name, patch->version);
	g_propagate_error(error, g_steal_pointer(&boot->first));
	return -1;
}

/* An initramfs may have made a release live that is held: it knows the holds
 * only as they were when it was made (kpatch-manager(8), INITRAMFS). */
static gboolean held_is_live(const KpScene *scene)
{
	const KpLivePatch *top = kp_live_ours(scene->live);

	for (guint i = 0; i < scene->holds->len && top != NULL; i++) {
		const KpHold *hold = g_ptr_array_index(scene->holds, i);

		if (g_str_equal(hold->kver, scene->host->kver) && kp_name_equal(hold->name, top->name))
			return TRUE;
	}
	return FALSE;
}

/* The kernel takes a name once: another build of the same release has to wait until this
 * one is gone. */
static void strike_out_name(const struct boot *boot, const char *name)
{
	for (guint i = boot->left->len; i-- > 0;) {
		const KpPatch *patch = g_ptr_array_index(boot->left, i);

		if (!kp_name_equal(patch->name, name))
			continue;
		if (kp_scene_vouch(boot->scene, patch, NULL))
			kp_warn("%s is another build of it; once this one is gone, "
				"'kpatch-manager apply' can make it live", patch->path);
		g_ptr_array_remove_index(boot->left, i);
	}
}

/* So it is with what has been revoked since. */
static void find_revoked(struct boot *boot)
{
	const KpScene *scene = boot->scene;
	const KpLivePatch *top = kp_live_top(scene->live);
	g_autoptr(KpRecord) load = NULL;
	g_autofree char *reason = NULL;

	if (top == NULL)
		return;
	if (scene->state != NULL)
		kp_state_last_load(scene->state, scene->host->kver, top->name, &load, NULL);
	reason = kp_early_revoked(scene->host->root, top, scene->candidates->patches, load,
				  scene->voucher);
	if (reason == NULL)
		return;
	boot->revoked = TRUE;
	kp_warn("%s (%s) is live, and is revoked: %s", top->name,
		top->version != NULL ? top->version : "-", reason);
	strike_out_name(boot, top->name);
}

/* What an initramfs made live, where there was no disk to write on. */
static void mark_what_is_live(const struct boot *boot, const KpPatch *patch)
{
	const KpScene *scene = boot->scene;
	const KpLivePatch *live = kp_live_find(scene->live, patch->name);
	g_autoptr(GError) error = NULL;

	if (scene->state == NULL || boot->options->dry_run || live == NULL || !live->enabled)
		return;
	if (!kp_guard_begin(scene->state, scene->host, patch, "boot", &error))
		kp_warn("going on without the boot guard: %s", error->message);
	else if (!kp_watcher_start(scene->host))
		kp_guard_end(scene->state, scene->host, NULL);
}

/* From here on the guard has a disk to write on. */
static void take_over(const KpScene *scene)
{
	const char *root = scene->host->root;
	g_autofree char *died = kp_early_died(root);
	g_autoptr(GError) error = NULL;

	if (died != NULL)
		kp_warn("the initramfs loads no patch: the machine died in one that was loading kpatch.ko and "
			"the patch with the digest %.12s; 'kpatch-manager release' lets it try again", died);
	if (!kp_early_end(root, &error))
		kp_warn("%s", error->message);
}

static int try_all(struct boot *boot, GError **error)
{
	GError *problem = NULL;
	const KpPatch *patch;
	int code;

	find_revoked(boot);
	let_in_again(boot);
	patch = choose(boot);
	if (!boot->revoked && held_is_live(boot->scene) &&
	    (patch == NULL || kp_change_newer_is_live(boot->scene, patch)))
		return kp_change_rollback(boot->scene, boot->options, patch, KP_ASKED_BACK,
					  boot->progress, error);
	while ((patch = choose(boot)) != NULL || (patch = last_resort(boot)) != NULL) {
		code = try_one(boot, patch, &problem);
		if (code >= 0) {
			mark_what_is_live(boot, patch);
			return report_first(boot, patch, code, error);
		}
		if (problem != NULL) {
			g_propagate_error(error, problem);
			return -1;
		}
		strike_out(boot->left, patch);
	}
	if (boot->revoked) {
		code = kp_change_replace(boot->scene, boot->options, "boot", NULL, boot->progress,
					 error);
		return code < 0 ? code : report_first(boot, NULL, code, error);
	}
	if (boot->first == NULL)
		return kp_change_none_chosen(boot->scene, boot->options, "boot");
	return report_first(boot, NULL, -1, error);
}

int kp_boot_apply(const KpOptions *options, GError **error)
{
	g_autoptr(KpScene) scene = NULL;
	g_autoptr(GPtrArray) left = NULL;
	struct boot boot = { .options = options };
	KpProgress progress;
	int code;

	kp_progress_init(&progress, options);
	scene = kp_scene_open(options, !options->dry_run, &progress.watch, error);
	if (scene == NULL)
		return -1;
	kp_warn_all(scene->warnings);
	kp_warn_all(scene->candidates->problems);
	left = g_ptr_array_copy(scene->candidates->patches, NULL, NULL);
	g_ptr_array_set_free_func(left, NULL);
	boot.scene = scene;
	boot.progress = &progress;
	boot.left = left;
	code = try_all(&boot, error);
	if (!options->dry_run) {
		take_over(scene);
		kp_clock_note(options->root, code < 0 && kp_voucher_dated(scene->voucher));
	}
	g_clear_error(&boot.first);
	return code;
}
