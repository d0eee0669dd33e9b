/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply and sync: the newest patch, or a named one, becomes live. */
#include "base/error.h"
#include "base/names.h"
#include "cli/change.h"
#include "cli/command.h"
#include "cli/journal.h"
#include "cli/named.h"
#include "cli/report.h"
#include "cli/scene.h"
#include "live/live.h"

/* Why there was nothing to choose. Files that were all passed over are a
 * failure that must show; no patch, or only held ones, is a fact. */
static int nothing_chosen(const KpScene *scene, const KpOptions *options,
			  const char *action, const KpChoice *choice)
{
	KpOutcome outcome = { .action = action, .kver = scene->host->kver,
			      .result = "nothing", .reasons = choice->reasons,
			      .warnings = scene->candidates->problems };
	gboolean quiet = g_str_equal(action, "sync");

	for (guint i = 0; i < choice->reasons->len && !quiet; i++)
		kp_say(options, "%s", (const char *)g_ptr_array_index(choice->reasons, i));
	if (!quiet)
		kp_say(options, choice->reasons->len > 0 ?
		       "All patches for kernel %s are held: nothing to do." :
		       "There is no patch for kernel %s: nothing to do.", scene->host->kver);
	if (options->json)
		kp_report_json(&outcome);
	if (scene->candidates->problems->len == 0 || scene->candidates->patches->len > 0)
		return KP_EXIT_DONE;
	if (!options->dry_run)
		kp_journal_say(options->journal, KP_JOURNAL_REFUSED,
			       &(KpJournalEntry){ .kver = scene->host->kver, .action = action,
						  .result = "refused" },
			       "No patch file for kernel %s can be used: %s", scene->host->kver,
			       (char *)g_ptr_array_index(scene->candidates->problems, 0));
	return KP_EXIT_REFUSED;
}

/* What was chosen for the user never takes the place of something newer. */
static gboolean newer_is_live(const KpScene *scene, const KpPatch *patch)
{
	const KpLivePatch *top = kp_live_top(scene->live);

	return top != NULL && top->version != NULL &&
	       kp_version_compare(patch->version, top->version) < 0;
}

/* An initramfs may have made a release live that is held: it knows the holds
 * only as they were when it was made (kpatch-manager(8), INITRAMFS). */
static gboolean held_is_live(const KpScene *scene)
{
	const KpLivePatch *top = kp_live_top(scene->live);

	for (guint i = 0; i < scene->holds->len && top != NULL; i++) {
		const KpHold *hold = g_ptr_array_index(scene->holds, i);

		if (g_str_equal(hold->kver, scene->host->kver) && kp_name_equal(hold->name, top->name))
			return TRUE;
	}
	return FALSE;
}

static int apply_best(const KpScene *scene, const KpOptions *options, const char *action,
		      KpProgress *progress, GError **error)
{
	g_autoptr(KpChoice) choice = kp_select_best(scene->candidates->patches, scene->holds);

	kp_warn_all(scene->candidates->problems);
	if (options->boot && held_is_live(scene) &&
	    (choice->patch == NULL || newer_is_live(scene, choice->patch)))
		return kp_change_rollback(scene, options, choice->patch, progress, error);
	if (choice->patch == NULL)
		return nothing_chosen(scene, options, action, choice);
	if (options->verbose)
		for (guint i = 0; i < choice->reasons->len; i++)
			kp_say(options, "%s", (const char *)g_ptr_array_index(choice->reasons, i));
	if (newer_is_live(scene, choice->patch))
		return kp_change_nothing(scene, options, action);
	return kp_change_apply(scene, options, action, choice->patch, progress, error);
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
	return kp_change_apply(scene, options, action, named, &progress, error);
}

/* kpatch.enable=0 on the kernel command line is the way to boot without what
 * may be at fault: nothing may then load a patch but a person. */
static gboolean is_disabled(const KpOptions *options, const char *action)
{
	g_autoptr(KpHost) host = kp_host_read(options->root);

	if (!host->disabled)
		return FALSE;
	kp_say(options, "kpatch.enable=0 is on the kernel command line: %s loads nothing.", action);
	return TRUE;
}

int kp_command_apply(const KpOptions *options, char **words, GError **error)
{
	if (options->boot && is_disabled(options, "boot"))
		return KP_EXIT_DONE;
	return run_apply(options, options->boot ? "boot" : "apply", words[0], error);
}

/* While an image is being installed in a chroot, or no kernel runs, there is
 * nothing to agree with: the image's own boot will see to it. */
int kp_command_sync(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpHost) host = kp_host_read(options->root);

	if (!options->dry_run && (!host->is_machine || host->kver == NULL))
		return KP_EXIT_DONE;
	if (is_disabled(options, "sync"))
		return KP_EXIT_DONE;
	return run_apply(options, "sync", NULL, error);
}
