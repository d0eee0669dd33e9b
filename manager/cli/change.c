/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/change.h"

#include "base/error.h"
#include "base/names.h"
#include "base/version.h"
#include "cli/effects.h"
#include "cli/journal.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/trial.h"
#include "live/by-hand.h"
#include "live/core.h"
#include "live/execute.h"
#include "live/floor.h"
#include "live/live.h"
#include "live/preflight.h"
#include "live/resolve.h"
#include "live/selinux.h"
#include "live/stream.h"
#include "live/unload.h"

/* The admin hears of it once a command, whatever asked for it. */
static void add_trust_warnings(const KpScene *scene, GPtrArray *warnings)
{
	const GPtrArray *texts = kp_voucher_warnings(scene->voucher);

	for (guint i = 0; i < texts->len; i++)
		g_ptr_array_add(warnings, g_strdup(g_ptr_array_index(texts, i)));
}

static void report(const KpScene *scene, const KpOptions *options, const char *action,
		   const KpPlan *plan, const char *result, const GError *error,
		   const GPtrArray *reasons, const GPtrArray *warnings)
{
	const KpOutcome outcome = { .action = action, .kver = scene->host->kver, .plan = plan,
				    .patch = plan != NULL ? plan->target : NULL, .result = result,
				    .error = error, .reasons = reasons, .warnings = warnings };

	if (options->json)
		kp_report_json(&outcome);
}

/* Who tries a file finds it live after the next boot, and in the way of packages. */
static void say_stays(const KpScene *scene, const KpOptions *options, const KpPlan *plan)
{
	const KpLivePatch *before = kp_live_top(scene->live);
	const KpPatch *target = plan->target;

	if (target == NULL || target->origin != KP_ORIGIN_FILE || options->load_only)
		return;
	if (before != NULL && !kp_name_equal(before->name, target->name))
		kp_say(options, "It replaces %s (%s).", before->name,
		       before->version != NULL ? before->version : "?");
	kp_say(options, "It is kept in " KP_STORE_FOLDER "/%s and made live at every boot until a newer "
	       "release comes, which packages may bring; 'kpatch-manager rollback' ends that.",
	       target->kver);
}

static void say_done(const KpScene *scene, const KpOptions *options, const KpPlan *plan)
{
	if (plan->target != NULL)
		kp_say(options, "%s (%s) is live in kernel %s.", plan->target->name,
		       plan->target->version, scene->host->kver);
	else if (plan->after->len == 0)
		kp_say(options, "Kernel %s runs without a patch.", scene->host->kver);
	if (plan->target != NULL)
		kp_say_signer(options, plan->target);
	say_stays(scene, options, plan);
	for (guint i = 0; i < plan->after->len; i++) {
		const char *name = g_ptr_array_index(plan->after, i);

		if (plan->target == NULL || !g_str_equal(name, plan->target->name))
			kp_say(options, "%s, which is foreign, stays live in kernel %s.", name,
			       scene->host->kver);
	}
	for (guint i = 0; i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);

		if (step->kind == KP_STEP_HOLD)
			kp_say(options, "%s (%s) is held until a newer one comes; "
			       "'kpatch-manager release %s' lets it in again.",
			       step->name, step->version, step->version);
	}
}

/* Everything that is enabled, from the top down. */
static void say_live(const KpScene *scene, const KpOptions *options)
{
	for (guint i = 0; i < scene->live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(scene->live, i);

		if (!entry->enabled)
			break;
		kp_say(options, "%s%s%s%s is live in kernel %s%s: nothing to do.", entry->name,
		       entry->version != NULL ? " (" : "", entry->version != NULL ? entry->version : "",
		       entry->version != NULL ? ")" : "", scene->host->kver,
		       entry->foreign ? ", and foreign" : "");
	}
}

gboolean kp_change_warn_shadowed(const KpScene *scene)
{
	g_autofree char *text = NULL;

	if (kp_by_hand_shadowed(scene->records, scene->live, scene->candidates, scene->holds) == NULL)
		return TRUE;
	text = kp_by_hand_text(scene->records, scene->live, scene->candidates, scene->holds);
	kp_warn("%s", text);
	return TRUE;
}

static int nothing_to_do(const KpScene *scene, const KpOptions *options, const char *action,
			 const KpPlan *plan)
{
	report(scene, options, action, plan, "nothing", NULL, NULL, scene->candidates->problems);
	kp_change_warn_shadowed(scene);
	if (g_str_equal(action, "sync"))
		return KP_EXIT_DONE;
	if (kp_live_top(scene->live) == NULL)
		kp_say(options, "Kernel %s runs without a patch: nothing to do.", scene->host->kver);
	say_live(scene, options);
	return KP_EXIT_DONE;
}

int kp_change_nothing(const KpScene *scene, const KpOptions *options, const char *action)
{
	return nothing_to_do(scene, options, action, NULL);
}

static gboolean any_revoked(const KpScene *scene)
{
	for (guint i = 0; i < scene->candidates->patches->len; i++)
		if (kp_patch_revoked(g_ptr_array_index(scene->candidates->patches, i)))
			return TRUE;
	return FALSE;
}

int kp_change_none_chosen(const KpScene *scene, const KpOptions *options, const char *action)
{
	g_autoptr(KpChoice) choice = kp_scene_choose(scene);
	const KpOutcome outcome = { .action = action, .kver = scene->host->kver,
			      .result = "nothing", .reasons = choice->reasons,
			      .warnings = scene->candidates->problems };
	gboolean quiet = g_str_equal(action, "sync");

	for (guint i = 0; i < choice->reasons->len && !quiet; i++)
		kp_say(options, "%s", (const char *)g_ptr_array_index(choice->reasons, i));
	if (!quiet)
		kp_say(options, choice->others ? "No patch for kernel %s may take the place of what is "
		       "live unasked: nothing to do." : choice->reasons->len > 0 ?
		       "All patches for kernel %s are held or revoked: nothing to do." :
		       "There is no patch for kernel %s: nothing to do.", scene->host->kver);
	if (options->json)
		kp_report_json(&outcome);
	if (any_revoked(scene))
		return KP_EXIT_REFUSED;
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

gboolean kp_change_newer_is_live(const KpScene *scene, const KpPatch *patch)
{
	const KpLivePatch *newest = kp_stream_newest(scene->live, patch);

	return newest != NULL && kp_version_says(newest->version) &&
	       kp_version_compare(patch->version, newest->version) < 0;
}

static int show_plan(const KpScene *scene, const KpOptions *options, const char *action,
		     const KpPlan *plan)
{
	report(scene, options, action, plan, "would-change", NULL, NULL,
	       scene->candidates->problems);
	if (!options->json && !options->quiet) {
		kp_out("Kernel %s, %s would:\n", scene->host->kver, action);
		kp_report_steps(plan);
	}
	return KP_EXIT_WOULD_CHANGE;
}

/* At boot the machine must come up first: kpatch-boot-good.service runs the
 * checks then. */
static gboolean wants_trial(const char *action, const KpPlan *plan)
{
	static const char *const actions[] = { "apply", "sync", "load", NULL };

	return g_strv_contains(actions, action) && kp_plan_loads(plan);
}

static int execute(const KpScene *scene, const KpOptions *options, const char *action,
		   const KpPlan *plan, KpProgress *progress, GError **error)
{
	const KpExecution execution = { scene->host, scene->settings, scene->state, action,
					&progress->watch, scene->voucher };
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) problem = NULL;
	gboolean ok;

	ok = kp_execute(&execution, plan, warnings, &problem);
	if (ok && wants_trial(action, plan))
		ok = kp_trial_after_apply(scene, options->journal, plan->target, progress,
					  warnings, &problem);
	kp_progress_end(progress);
	kp_warn_all(warnings);
	add_trust_warnings(scene, warnings);
	kp_journal_plan(options->journal, action, scene->host->kver, plan, problem);
	report(scene, options, action, plan, ok ? "done" : kp_error_word(problem), problem,
	       NULL, warnings);
	if (ok) {
		say_done(scene, options, plan);
		return KP_EXIT_DONE;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return -1;
}

static int carry_out(const KpScene *scene, const KpOptions *options, const char *action,
		     const KpPlan *plan, KpProgress *progress, GError **error)
{
	if (plan->steps->len == 0)
		return nothing_to_do(scene, options, action, plan);
	if (options->dry_run)
		return show_plan(scene, options, action, plan);
	return execute(scene, options, action, plan, progress, error);
}

/* Whoever sees an older release live wants to know why. */
static void say_asked(const KpScene *scene, const KpPatch *patch)
{
	if (kp_live_top(scene->live) != NULL)
		return;
	kp_warn("%s (%s) is older than %s, which was live last: %s", patch->name, patch->version,
		scene->asked.floor->version, scene->asked.since ?
		"the package manager went back to it" :
		"it is what packages have now, and better than none");
}

/* For those who only look. Whoever loads is told by the kernel itself: to ask is a
 * right that a domain may lack, and the question would be noted as a denial. */
static void add_denial(const KpScene *scene, GPtrArray *reasons)
{
	char *denial = kp_selinux_denial(scene->host);

	if (denial != NULL)
		g_ptr_array_add(reasons, denial);
}

/* The core module is loaded before a patch that needs it, at the latest at the next boot. */
static void add_core(const KpScene *scene, const KpPatch *patch, GPtrArray *reasons)
{
	g_autofree char *problem = patch->backend != KP_BACKEND_KPATCH ? NULL :
		kp_core_problem(scene->host, scene->voucher, scene->state);

	if (problem != NULL && scene->host->has_core)
		kp_warn("at the next boot no patch will be live: %s", problem);
	else if (problem != NULL)
		g_ptr_array_add(reasons, g_steal_pointer(&problem));
}

/* What whoever loads finds out by loading. */
static void look_closer(const KpScene *scene, const KpOptions *options, const char *action,
			const KpPatch *patch, GPtrArray *reasons)
{
	if (!options->dry_run && !g_str_equal(action, "preflight"))
		return;
	add_denial(scene, reasons);
	add_core(scene, patch, reasons);
	kp_resolve_symbols(scene->host, patch, reasons);
}

/* All reasons in one error, each on its own line. */
static gboolean refuse_any(const KpScene *scene, const KpOptions *options, const char *action,
			   const KpPatch *patch, const GPtrArray *holds, gboolean older_ok,
			   KpAsking asking, GError **error)
{
	g_autofree char *floor = NULL;
	gboolean asked = FALSE;
	g_autoptr(GPtrArray) reasons = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) problem = NULL;

	if (!kp_patch_seal(patch, error))
		return FALSE;
	kp_vouch(scene->voucher, patch);
	kp_warn_all(kp_voucher_warnings(scene->voucher));
	asked = !older_ok && kp_asked_is(&scene->asked, patch, options->boot);
	floor = older_ok || asked ? NULL : kp_floor_release(scene->records, scene->holds, patch);
	reasons = kp_preflight(scene->host, patch, scene->live, holds, floor, older_ok,
			       asking);
	look_closer(scene, options, action, patch, reasons);
	if (reasons->len == 0 && asked)
		say_asked(scene, patch);
	if (reasons->len == 0)
		return TRUE;
	g_string_printf(text, "%s is refused:", patch->path);
	for (guint i = 0; i < reasons->len; i++)
		g_string_append_printf(text, "\n  - %s", (char *)g_ptr_array_index(reasons, i));
	problem = g_error_new_literal(KP_ERROR, KP_ERROR_REFUSED, text->str);
	kp_journal_refusal(options->journal, action, patch, problem);
	report(scene, options, action, NULL, kp_error_word(problem), problem, reasons,
	       scene->candidates->problems);
	g_propagate_error(error, g_steal_pointer(&problem));
	return FALSE;
}

gboolean kp_change_preflight(const KpScene *scene, const KpOptions *options,
			     const char *action, const KpPatch *patch, KpAsking asking,
			     GError **error)
{
	return refuse_any(scene, options, action, patch, scene->holds, options->older, asking,
			  error);
}

int kp_change_apply(const KpScene *scene, const KpOptions *options, const char *action,
		    const KpPatch *patch, KpAsking asking, KpProgress *progress,
		    GError **error)
{
	g_autoptr(KpPlan) plan = NULL;

	if (!refuse_any(scene, options, action, patch, scene->holds, options->older, asking, error))
		return -1;
	plan = kp_plan_apply(scene->host, scene->candidates, scene->live, patch);
	if (options->load_only)
		kp_plan_drop_keep(plan);
	kp_effects_warn(scene, plan);
	return carry_out(scene, options, action, plan, progress, error);
}

int kp_change_rollback(const KpScene *scene, const KpOptions *options,
		       const KpPatch *target, KpAsking asking, KpProgress *progress,
		       GError **error)
{
	/* to name a held release is to release it */
	g_autoptr(GPtrArray) no_holds = g_ptr_array_new();
	g_autoptr(KpPlan) plan = NULL;

	if (target != NULL &&
	    !refuse_any(scene, options, "rollback", target, no_holds, TRUE, asking, error))
		return -1;
	plan = kp_plan_rollback(scene->host, scene->candidates, scene->live, scene->holds, target,
				asking == KP_ASKED_BY_NAME);
	kp_effects_warn(scene, plan);
	return carry_out(scene, options, "rollback", plan, progress, error);
}

int kp_change_replace(const KpScene *scene, const KpOptions *options, const char *action,
		      const KpPatch *target, KpProgress *progress, GError **error)
{
	const KpLivePatch *top = kp_live_top(scene->live);
	g_autoptr(KpPlan) plan = NULL;

	if (target != NULL &&
	    !refuse_any(scene, options, action, target, scene->holds, TRUE, KP_ASKED_BACK, error))
		return -1;
	plan = target == NULL ? kp_plan_none(scene->live, top != NULL ? top->name : NULL) :
	       kp_plan_apply(scene->host, scene->candidates, scene->live, target);
	return carry_out(scene, options, action, plan, progress, error);
}
