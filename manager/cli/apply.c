/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply: the newest patch, or a named one, becomes live. */
#include "base/error.h"
#include "cli/change.h"
#include "cli/command.h"
#include "cli/journal.h"
#include "cli/named.h"
#include "cli/report.h"
#include "cli/scene.h"
#include "live/live.h"

static int apply_best(const KpScene *scene, const KpOptions *options, const char *action,
		      KpProgress *progress, GError **error)
{
	g_autoptr(KpChoice) choice = kp_scene_choose(scene);

	kp_warn_all(scene->candidates->problems);
	if (choice->patch == NULL)
		return kp_change_none_chosen(scene, options, action);
	if (options->verbose)
		for (guint i = 0; i < choice->reasons->len; i++)
			kp_say(options, "%s", (const char *)g_ptr_array_index(choice->reasons, i));
	if (kp_change_newer_is_live(scene, choice->patch))
		return kp_change_nothing(scene, options, action);
	return kp_change_apply(scene, options, action, choice->patch, KP_UNASKED, progress,
			       error);
}

static int run_apply(const KpOptions *options, const char *action, const char *word,
		     GError **error)
{
	g_autoptr(KpScene) scene = NULL;
	g_autoptr(KpPatch) opened = NULL;
	const KpPatch *named;
	KpProgress progress;

	kp_progress_init(&progress, options);
	scene = kp_scene_open(options, !options->dry_run, &progress.watch, error);
	if (scene == NULL)
		return -1;
	kp_warn_all(scene->warnings);
	if (word == NULL)
		return apply_best(scene, options, action, &progress, error);
	named = kp_named_patch(scene, word, &opened, error);
	if (named == NULL)
		return -1;
	return kp_change_apply(scene, options, action, named, KP_ASKED_BY_NAME, &progress, error);
}

/* kpatch.enable=0 on the kernel command line is the way to boot without what
 * may be at fault: nothing may then load a patch but a person. */
gboolean kp_boot_is_disabled(const KpOptions *options, const char *action)
{
	g_autoptr(KpHost) host = kp_host_read(options->root);

	if (!host->disabled)
		return FALSE;
	kp_say(options, "kpatch.enable=0 is on the kernel command line: %s loads nothing.", action);
	return TRUE;
}

int kp_apply_best(const KpOptions *options, const char *action, GError **error)
{
	return run_apply(options, action, NULL, error);
}

int kp_command_apply(const KpOptions *options, char **words, GError **error)
{
	if (!options->boot && !options->early)
		return run_apply(options, "apply", words[0], error);
	if (words[0] != NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "apply --%s chooses by itself and takes no name",
			    options->early ? "early" : "boot");
		return -1;
	}
	if (kp_boot_is_disabled(options, "boot"))
		return KP_EXIT_DONE;
	return options->early ? kp_early_apply(options, error) : kp_boot_apply(options, error);
}
