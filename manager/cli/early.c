/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply --early: an initramfs makes a patch live that has proven to be good. It
 * writes nothing to the state database, which is a copy there: the marks in it
 * are those of the boot that it was copied in, and say nothing of this one. */
#include "live/early.h"

#include "base/error.h"
#include "cli/change.h"
#include "cli/command.h"
#include "cli/report.h"

static int none(const KpScene *scene, const KpOptions *options)
{
	const KpOutcome outcome = { .action = "boot", .kver = scene->host->kver, .result = "nothing",
				    .warnings = scene->candidates->problems };

	if (options->json)
		kp_report_json(&outcome);
	kp_say(options, "No patch for kernel %s had proven to be good when this initramfs was made: "
	       "nothing to do.", scene->host->kver);
	return KP_EXIT_DONE;
}

/* What was revoked when the image was made gives way to the next best. */
static const KpPatch *choose(const KpScene *scene)
{
	for (;;) {
		const KpPatch *patch = kp_early_choose(scene->candidates->patches, scene->holds,
						       scene->state, scene->host->kver);

		if (patch == NULL || kp_scene_vouch(scene, patch, NULL) ||
		    !kp_patch_revoked(patch))
			return patch;
		kp_warn("%s (%s) is revoked: %s", patch->name, patch->version, patch->distrust);
	}
}

static int load(KpScene *scene, const KpOptions *options, const KpPatch *patch,
		KpProgress *progress, GError **error)
{
	const char *root = scene->host->root;
	int code;

	g_clear_pointer(&scene->state, kp_state_close);
	if (!options->dry_run && !kp_early_begin(root, kp_patch_sha256(patch), error)) {
		g_prefix_error(error, "%s (%s) is not loaded: ", patch->name, patch->version);
		return -1;
	}
	code = kp_change_apply(scene, options, "boot", patch, KP_UNASKED, progress, error);
	if (code < 0)
		kp_early_end(root, NULL);
	return code;
}

int kp_early_apply(const KpOptions *options, GError **error)
{
	g_autoptr(KpScene) scene = NULL;
	KpOptions early = *options;
	const KpPatch *patch;
	KpProgress progress;

	early.load_only = TRUE;
	kp_progress_init(&progress, options);
	scene = kp_scene_open(&early, !early.dry_run, &progress.watch, error);
	if (scene == NULL)
		return -1;
	kp_warn_all(scene->warnings);
	kp_warn_all(scene->candidates->problems);
	patch = choose(scene);
	if (patch == NULL)
		return none(scene, &early);
	if (kp_change_newer_is_live(scene, patch))
		return kp_change_nothing(scene, &early, "boot");
	return load(scene, &early, patch, &progress, error);
}
