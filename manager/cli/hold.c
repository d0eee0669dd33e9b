/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hold: keeps a release away. */
#include "base/error.h"
#include "cli/command.h"
#include "cli/holds.h"
#include "cli/journal.h"
#include "cli/named.h"
#include "cli/report.h"
#include "live/live.h"
#include "live/select.h"

static KpHold *make_hold(const KpPatch *patch, const KpOptions *options)
{
	KpHold *hold = g_new0(KpHold, 1);

	hold->kind = KP_HOLD_HELD;
	hold->kver = g_strdup(patch->kver);
	hold->name = g_strdup(patch->name);
	hold->version = g_strdup(patch->version);
	hold->sha256 = g_strdup(kp_patch_sha256(patch));
	hold->reason = g_strdup(options->reason != NULL ? options->reason : "the administrator held it");
	hold->since = g_get_real_time() / G_USEC_PER_SEC;
	return hold;
}

static void say(const KpScene *scene, const KpOptions *options, const KpHold *hold)
{
	const KpLivePatch *live = kp_live_find(scene->live, hold->name);

	kp_say(options, options->dry_run ? "%s (%s) would be held." :
	       "%s (%s) is held: it stays away until a newer one comes or it is released.",
	       hold->name, hold->version);
	if (live != NULL && live->enabled)
		kp_say(options, "It is live now and stays so until the next boot; "
		       "'kpatch-manager rollback' takes it back.");
}

static int hold_patch(const KpScene *scene, const KpOptions *options, const KpPatch *patch,
		      GError **error)
{
	g_autoptr(GPtrArray) holds = g_ptr_array_new_with_free_func((GDestroyNotify)kp_hold_free);
	KpHold *hold = make_hold(patch, options);
	gboolean added = TRUE;

	g_ptr_array_add(holds, hold);
	if (!options->dry_run && !kp_state_add_hold(scene->state, hold, &added, error))
		return -1;
	if (!options->dry_run)
		kp_journal_hold(options->journal, "hold", hold);
	if (options->json)
		kp_holds_json(scene, "hold", options->dry_run ? "would-change" : "done", holds);
	say(scene, options, hold);
	return options->dry_run ? KP_EXIT_WOULD_CHANGE : KP_EXIT_DONE;
}

static int nothing(const KpScene *scene, const KpOptions *options, const KpPatch *patch)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();

	if (options->json)
		kp_holds_json(scene, "hold", "nothing", none);
	if (patch != NULL)
		kp_say(options, "%s (%s) is held already: nothing to do.", patch->name, patch->version);
	else
		kp_say(options, "There is no patch for kernel %s that is not held: nothing to do.",
		       scene->host->kver);
	return KP_EXIT_DONE;
}

/* A block is no hold: a release that is blocked may be held as well. */
static gboolean is_held(const KpScene *scene, const KpPatch *patch)
{
	for (guint i = 0; i < scene->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(scene->holds, i);

		if (hold->kind == KP_HOLD_HELD && kp_hold_means(hold, patch))
			return TRUE;
	}
	return FALSE;
}

static int hold(const KpScene *scene, const KpOptions *options, const char *word, GError **error)
{
	g_autoptr(KpChoice) choice = kp_scene_choose(scene);
	const KpPatch *patch = choice->patch;

	if (word != NULL) {
		patch = kp_named_installed(scene, word, error);
		if (patch == NULL)
			return -1;
	}
	if (patch == NULL || is_held(scene, patch))
		return nothing(scene, options, patch);
	return hold_patch(scene, options, patch, error);
}

int kp_command_hold(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpScene) scene = NULL;
	KpProgress progress;

	kp_progress_init(&progress, options);
	scene = kp_scene_open(options, !options->dry_run, &progress.watch, error);
	if (scene == NULL)
		return -1;
	kp_scene_take_releases(scene, options);
	kp_warn_all(scene->warnings);
	return hold(scene, options, words[0], error);
}
