/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch load, unload and signal: the running kernel, for this boot alone. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/root.h"
#include "cli/change.h"
#include "cli/compat.h"
#include "cli/journal.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/scene.h"
#include "live/execute.h"
#include "live/live.h"
#include "live/unload.h"

/* What @word means: an installed patch, else a file. *@opened is set when it
 * was a file, for the caller to free. */
static const KpPatch *find_patch(const KpScene *scene, const char *word, KpPatch **opened,
				 GError **error)
{
	const KpPatch *found = NULL;

	if (strchr(word, '/') == NULL)
		found = kp_select_named(scene->candidates->patches, word);
	if (found != NULL)
		return found;
	if (!g_file_test(word, G_FILE_TEST_EXISTS)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "can't find %s", word);
		return NULL;
	}
	*opened = kp_patch_open(word, KP_ORIGIN_FILE, kp_store_owner(scene->host->root), error);
	return *opened;
}

static int load_patch(const KpScene *scene, const KpOptions *options, const KpPatch *patch,
		      KpAsking asking, KpProgress *progress, GError **error)
{
	const KpLivePatch *same = kp_live_find(scene->live, patch->name);

	if (same != NULL && same->enabled && !same->transition) {
		kp_out("module named %s already loaded and enabled\n", patch->name);
		return 0;
	}
	kp_out("loading patch module: %s\n", patch->path);
	fflush(stdout);
	if (kp_change_apply(scene, options, "load", patch, asking, progress, error) >= 0)
		return 0;
	g_prefix_error(error, "failed to load module %s: ", patch->path);
	return -1;
}

/* Patches are cumulative: to load all is to load the newest. */
static int load(const KpScene *scene, const KpCompatCall *call, KpProgress *progress,
		GError **error)
{
	g_autoptr(KpPatch) opened = NULL;
	g_autoptr(KpChoice) choice = NULL;
	KpOptions options = *call->options;
	const KpPatch *patch;

	options.quiet = TRUE;
	options.load_only = TRUE;
	if (call->word != NULL) {
		patch = find_patch(scene, call->word, &opened, error);
		return patch == NULL ? -1 : load_patch(scene, &options, patch, KP_ASKED_BY_NAME,
						       progress, error);
	}
	kp_warn_all(scene->candidates->problems);
	choice = kp_scene_choose(scene);
	if (choice->patch == NULL || kp_change_newer_is_live(scene, choice->patch))
		return 0;
	return load_patch(scene, &options, choice->patch, KP_UNASKED, progress, error);
}

static void say_steps(const KpPlan *plan)
{
	for (guint i = 0; i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);

		kp_out("%s patch module: %s\n",
		       step->kind == KP_STEP_DISABLE ? "disabling" : "unloading", step->name);
	}
	fflush(stdout);
}

static int unload(const KpScene *scene, const KpCompatCall *call, KpProgress *progress,
		  GError **error)
{
	g_autoptr(KpPlan) plan = kp_plan_unload(scene->live, call->word);
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	const KpExecution execution = { .host = scene->host, .settings = scene->settings,
					.state = scene->state, .action = "unload",
					.watch = &progress->watch, .voucher = scene->voucher };
	gboolean ok;

	if (plan->steps->len == 0 && call->word != NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "patch module %s is not loaded", call->word);
		return -1;
	}
	if (plan->steps->len == 0)
		return 0;
	say_steps(plan);
	ok = kp_execute(&execution, plan, warnings, error);
	kp_progress_end(progress);
	kp_warn_all(warnings);
	kp_journal_plan(call->options->journal, "unload", scene->host->kver, plan,
			ok ? NULL : *error);
	if (!ok)
		g_prefix_error(error, "failed to unload module %s: ",
			       call->word != NULL ? call->word : "(all)");
	return ok ? 0 : -1;
}

static int in_scene(const KpCompatCall *call, const char *action, GError **error,
		    int (*run)(const KpScene *, const KpCompatCall *, KpProgress *, GError **))
{
	g_autoptr(KpScene) scene = NULL;
	KpProgress progress;
	int result;

	kp_progress_init(&progress, call->options);
	scene = kp_scene_open(call->options, TRUE, &progress.watch, error);
	result = scene == NULL ? -1 : run(scene, call, &progress, error);
	if (result != 0)
		kp_journal_error(call->options->journal, action, *error);
	return result;
}

int kp_compat_load(const KpCompatCall *call, GError **error)
{
	return in_scene(call, "load", error, load);
}

int kp_compat_unload(const KpCompatCall *call, GError **error)
{
	return in_scene(call, "unload", error, unload);
}

/* Kernels before 5.1 want to be asked; later ones do it by themselves. */
int kp_compat_signal(const KpCompatCall *call, GError **error)
{
	g_autoptr(GPtrArray) live = kp_live_read(call->options->root, NULL);

	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);
		g_autofree char *path = kp_live_attribute_path(call->options->root, entry->backend,
							       entry->name, "signal");
		int code;

		if (!entry->transition)
			continue;
		if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
			kp_err("kpatch: Livepatch process signaling is performed automatically on "
			       "your system.\nkpatch: Skipping manual process signaling.\n");
			continue;
		}
		kp_out("signaling stalled process(es):\n");
		code = kp_write_text(path, "1");
		if (code != 0) {
			g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot signal: %s: %s", path,
				    g_strerror(code));
			return -1;
		}
	}
	return 0;
}
