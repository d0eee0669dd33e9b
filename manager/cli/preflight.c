/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preflight: would this patch be taken, and if not, why not. */
#include "base/error.h"
#include "cli/change.h"
#include "cli/command.h"
#include "cli/effects.h"
#include "cli/named.h"
#include "cli/report.h"
#include "live/keyring.h"
#include "live/selinux.h"

/* What the kernel itself will ask, beside us. */
static void say_rules(const KpScene *scene, const KpOptions *options, const KpPatch *patch)
{
	g_autofree char *rules = kp_host_rules(scene->host);
	g_autofree char *keyrings = patch->signature != NULL && patch->signature->key_id != NULL ?
		kp_keyrings_with(scene->host->root, patch->signature) : NULL;

	kp_say(options, *rules != '\0' ? "The kernel takes signed modules only: %s." :
	       "The kernel takes modules without a signature that it knows.%s", rules);
	if (keyrings != NULL)
		kp_say(options, *keyrings != '\0' ? "The signer's key is in its keyrings: %s." :
		       "The signer's key is in none of its keyrings.%s", keyrings);
}

static int report(const KpScene *scene, const KpOptions *options, const KpPatch *patch,
		  KpAsking asking, GError **error)
{
	g_autoptr(GPtrArray) effects = NULL;

	if (!kp_change_preflight(scene, options, "preflight", patch, asking, error))
		return -1;
	effects = kp_effects(scene, patch);
	if (options->json) {
		const KpOutcome outcome = { .action = "preflight", .kver = scene->host->kver,
					    .patch = patch, .result = "nothing",
					    .reasons = effects, .warnings = scene->warnings };

		kp_report_json(&outcome);
	}
	kp_say(options, "%s (%s): nothing speaks against it in kernel %s.", patch->name,
	       patch->version, scene->host->kver);
	kp_say_signer(options, patch);
	for (guint i = 0; i < effects->len; i++)
		kp_say(options, "%s", (char *)g_ptr_array_index(effects, i));
	say_rules(scene, options, patch);
	return KP_EXIT_DONE;
}

static int nothing(const KpScene *scene, const KpOptions *options, const KpChoice *choice)
{
	const KpOutcome outcome = { .action = "preflight", .kver = scene->host->kver,
				    .result = "nothing", .reasons = choice->reasons,
				    .warnings = scene->candidates->problems };

	for (guint i = 0; i < choice->reasons->len; i++)
		kp_say(options, "%s", (const char *)g_ptr_array_index(choice->reasons, i));
	kp_say(options, "There is no patch for kernel %s to look at.", scene->host->kver);
	if (options->json)
		kp_report_json(&outcome);
	return KP_EXIT_DONE;
}

int kp_command_preflight(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpScene) scene = kp_scene_open(options, FALSE, NULL, error);
	g_autoptr(KpChoice) choice = NULL;
	g_autoptr(KpPatch) opened = NULL;
	g_autoptr(GPtrArray) denials = NULL;
	const KpPatch *patch;

	if (scene == NULL)
		return -1;
	kp_warn_all(scene->warnings);
	denials = kp_selinux_denials(scene->host);
	kp_warn_all(denials);
	if (words[0] != NULL) {
		patch = kp_named_patch(scene, words[0], &opened, error);
		return patch != NULL ? report(scene, options, patch, KP_ASKED_BY_NAME, error) : -1;
	}
	kp_warn_all(scene->candidates->problems);
	choice = kp_scene_choose(scene);
	return choice->patch != NULL ? report(scene, options, choice->patch, KP_UNASKED, error)
				     : nothing(scene, options, choice);
}
