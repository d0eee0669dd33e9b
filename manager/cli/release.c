/* SPDX-License-Identifier: GPL-2.0-or-later */
/* release: takes holds away. */
#include "base/error.h"
#include "base/names.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/scene.h"

static gboolean is_meant(const KpHold *hold, const char *word)
{
	return word == NULL || g_str_equal(hold->version, word) || kp_name_equal(hold->name, word);
}

static int release(const KpScene *scene, const KpOptions *options, const char *word,
		   GError **error)
{
	guint released = 0;

	for (guint i = 0; i < scene->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(scene->holds, i);

		if (!is_meant(hold, word))
			continue;
		if (!options->dry_run &&
		    !kp_state_drop_hold(scene->state, hold->kver, hold->sha256, error))
			return -1;
		kp_say(options, options->dry_run ? "%s (%s) would be released." :
		       "%s (%s) is released: apply may take it again.",
		       hold->name, hold->version);
		released++;
	}
	if (released > 0)
		return options->dry_run ? KP_EXIT_WOULD_CHANGE : KP_EXIT_DONE;
	if (word == NULL) {
		kp_say(options, "Nothing is held for kernel %s: nothing to do.", scene->host->kver);
		return KP_EXIT_DONE;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s is not held for kernel %s; 'kpatch-manager status' shows what is",
		    word, scene->host->kver);
	return -1;
}

int kp_command_release(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpScene) scene = NULL;
	KpProgress progress;

	kp_progress_init(&progress, options);
	scene = kp_scene_open(options, !options->dry_run, &progress.watch, error);
	if (scene == NULL)
		return -1;
	return release(scene, options, words[0], error);
}
