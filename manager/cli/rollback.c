/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rollback: the release before, a named one, or none. */
#include "base/error.h"
#include "base/version.h"
#include "cli/change.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/scene.h"
#include "cli/trial.h"
#include "live/live.h"
#include "live/stream.h"

/* The release @word means. It must not be newer than what is live: going
 * forward is what apply does. */
static gboolean find_target(const KpScene *scene, const char *word, const KpPatch **target,
			    GError **error)
{
	const KpLivePatch *newest;
	const KpPatch *found = kp_select_named(scene->candidates->patches, word);

	if (found == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "there is no release %s of a patch for kernel %s; "
			    "'kpatch-manager list' shows what there is", word, scene->host->kver);
		return FALSE;
	}
	newest = kp_stream_newest(scene->live, found);
	if (newest != NULL && newest->version != NULL &&
	    kp_version_compare(found->version, newest->version) > 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s is newer than %s, which is live; 'kpatch-manager apply %s' goes "
			    "forward", found->version, newest->version, found->version);
		return FALSE;
	}
	*target = found;
	return TRUE;
}

/* The release before what is live, which nobody has revoked since. */
static const KpPatch *find_previous(const KpScene *scene, const KpLivePatch *live)
{
	for (;;) {
		const KpPatch *found = kp_select_previous(scene->candidates->patches, scene->holds,
							  live, scene->records);

		if (found == NULL || kp_scene_vouch(scene, found, NULL) || !kp_patch_revoked(found))
			return found;
		kp_warn("%s (%s) is revoked: %s", found->name, found->version, found->distrust);
	}
}

static int roll_back(const KpScene *scene, const KpOptions *options, const char *word,
		     KpProgress *progress, GError **error)
{
	const KpLivePatch *top = kp_live_ours(scene->live);
	const KpPatch *target = NULL;

	if (word == NULL && top == NULL)
		return kp_change_nothing(scene, options, "rollback");
	if (word == NULL)
		target = find_previous(scene, top);
	else if (!g_str_equal(word, "none") && !find_target(scene, word, &target, error))
		return -1;
	if (word == NULL && target == NULL)
		kp_say(options, "There is no earlier release of %s: going back to no patch.", top->name);
	return kp_change_rollback(scene, options, target,
				  word != NULL ? KP_ASKED_BY_NAME : KP_ASKED_BACK, progress, error);
}

int kp_command_rollback(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpScene) scene = NULL;
	KpProgress progress;

	kp_progress_init(&progress, options);
	kp_trial_end(options);
	scene = kp_scene_open(options, !options->dry_run, &progress.watch, error);
	if (scene == NULL)
		return -1;
	kp_scene_take_releases(scene, options);
	kp_warn_all(scene->candidates->problems);
	return roll_back(scene, options, words[0], &progress, error);
}
