/* SPDX-License-Identifier: GPL-2.0-or-later */
/* release: takes holds and blocks away. */
#include "base/error.h"
#include "base/names.h"
#include "cli/command.h"
#include "cli/holds.h"
#include "cli/journal.h"
#include "cli/report.h"
#include "live/early.h"
#include "live/select.h"

/* A name in any spelling, a version, or the name of a file that is held. */
static gboolean is_meant(const KpScene *scene, const KpHold *hold, const char *word)
{
	const KpPatch *named;

	if (word == NULL || g_str_equal(hold->version, word) || kp_name_equal(hold->name, word))
		return TRUE;
	named = kp_select_named(scene->candidates->patches, word);
	return named != NULL && kp_hold_means(hold, named);
}

static int nothing(const KpScene *scene, const KpOptions *options, const char *word,
		   const GPtrArray *none, GError **error)
{
	if (word == NULL) {
		if (options->json)
			kp_holds_json(scene, "release", "nothing", none);
		kp_say(options, "Nothing is held for kernel %s: nothing to do.", scene->host->kver);
		return KP_EXIT_DONE;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s is not held for kernel %s; 'kpatch-manager status' shows what is",
		    word, scene->host->kver);
	return -1;
}

static void say(const KpScene *scene, const KpOptions *options, const KpHold *hold)
{
	kp_say(options, options->dry_run ? "%s (%s), which is %s, would be released." :
	       scene->elsewhere ? "%s (%s), which was %s, is released: a boot of its kernel may take it again." :
	       "%s (%s), which was %s, is released: apply may take it again.",
	       hold->name, hold->version, kp_hold_word(hold->kind));
}

/* What an initramfs leaves alone since the machine died there, if it is meant. */
static gboolean release_early(const KpScene *scene, const KpOptions *options, const char *word,
			      GError **error)
{
	const char *root = scene->host->root;
	g_autofree char *died = kp_early_died(root);
	const KpPatch *named = word != NULL ?
		kp_select_named(scene->candidates->patches, word) : NULL;

	if (died == NULL || (word == NULL && scene->elsewhere) ||
	    (word != NULL && (named == NULL || !g_str_equal(kp_patch_sha256(named), died))))
		return FALSE;
	if (!options->dry_run && !kp_early_forget(root, error))
		return FALSE;
	kp_say(options, options->dry_run ? "The initramfs would be let load a patch again." :
	       "The initramfs may load a patch again.");
	return TRUE;
}

static int release(const KpScene *scene, const KpOptions *options, const char *word,
		   GError **error)
{
	g_autoptr(GPtrArray) released = g_ptr_array_new();
	g_autoptr(GError) problem = NULL;
	gboolean early = release_early(scene, options, word, &problem);

	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return -1;
	}

	for (guint i = 0; i < scene->holds->len; i++) {
		KpHold *hold = g_ptr_array_index(scene->holds, i);

		if (!is_meant(scene, hold, word))
			continue;
		if (!options->dry_run &&
		    !kp_state_drop_hold(scene->state, hold->kver, hold->sha256, error))
			return -1;
		if (!options->dry_run)
			kp_journal_hold(options->journal, "release", hold);
		say(scene, options, hold);
		g_ptr_array_add(released, hold);
	}
	if (released->len == 0 && !early)
		return nothing(scene, options, word, released, error);
	if (options->json)
		kp_holds_json(scene, "release", options->dry_run ? "would-change" : "done", released);
	return options->dry_run ? KP_EXIT_WOULD_CHANGE : KP_EXIT_DONE;
}

int kp_command_release(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpScene) scene = NULL;
	KpProgress progress;

	kp_progress_init(&progress, options);
	scene = kp_scene_open(options, !options->dry_run, &progress.watch, error);
	if (scene == NULL)
		return -1;
	kp_warn_all(scene->warnings);
	return release(scene, options, words[0], error);
}
