/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/execute.h"

#include "base/error.h"
#include "live/by-hand.h"
#include "live/core.h"
#include "live/guard.h"
#include "live/live.h"
#include "live/module.h"
#include "live/outcome.h"
#include "live/switched.h"
#include "live/watcher.h"

typedef gboolean (*StepFunc)(const KpExecution *ex, const KpStep *step, GError **error);

static gboolean run_hold(const KpExecution *ex, const KpStep *step, GError **error)
{
	KpHold hold = {
		.kver = step->patch->kver, .name = step->patch->name,
		.version = step->patch->version, .sha256 = (char *)kp_patch_sha256(step->patch),
		.reason = (char *)"it was rolled back", .since = g_get_real_time() / G_USEC_PER_SEC,
	};
	gboolean added;

	if (ex->state != NULL)
		return kp_state_add_hold(ex->state, &hold, &added, error);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s cannot be held: there is no state database", step->name);
	return FALSE;
}

static gboolean run_release(const KpExecution *ex, const KpStep *step, GError **error)
{
	if (ex->state == NULL)
		return TRUE;
	return kp_state_drop_hold(ex->state, step->patch->kver, kp_patch_sha256(step->patch),
				  error);
}

static gboolean run_core(const KpExecution *ex, const KpStep *step, GError **error)
{
	return kp_core_load(ex->host, ex->voucher, ex->state, error);
}

static gboolean run_remove(const KpExecution *ex, const KpStep *step, GError **error)
{
	return kp_module_remove(step->name, error);
}

/* That the kernel took it does not say that it replaces all that it should. */
static gboolean is_switched(const KpExecution *ex, const KpStep *step, GError **error)
{
	KpLivePatch live = { .name = step->patch->name, .backend = step->backend };
	g_autofree char *why = NULL;

	kp_switched_read(ex->host->root, ex->host->kver, &live);
	why = kp_switched_problem(ex->host->root, ex->host->kver, &live);
	g_free(live.pending);
	g_free(live.missed);
	if (why != NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s (%s) is loaded, but not all of its functions are replaced: %s; "
			    "'kpatch-manager rollback' takes it out", step->name, step->version, why);
	return why == NULL;
}

static gboolean run_load(const KpExecution *ex, const KpStep *step, GError **error)
{
	const KpBackendCall call = { ex->settings, ex->watch };

	/* whichever way a plan was made, this is the door */
	if (!step->patch->sealed || !step->patch->vouched) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s: nobody has verified it",
			    step->patch->path);
		return FALSE;
	}
	return kp_backend_for(step->backend)->load(&call, step->patch, error) &&
	       is_switched(ex, step, error);
}

/* Whether a patch replaces others may be known only when it has. */
static gboolean run_disable(const KpExecution *ex, const KpStep *step, GError **error)
{
	const KpBackendCall call = { ex->settings, ex->watch };

	if (!kp_live_flag(ex->host->root, step->backend, step->name, "enabled", FALSE))
		return TRUE;
	return kp_backend_for(step->backend)->disable(&call, step->name, error);
}

static gboolean settle(const KpExecution *ex, const KpStep *step, gboolean enabled, GError **error)
{
	const KpBackendCall call = { ex->settings, ex->watch };

	return kp_backend_for(step->backend)->settle(&call, step->name, enabled, error);
}

static gboolean run_finish(const KpExecution *ex, const KpStep *step, GError **error)
{
	return settle(ex, step, TRUE, error);
}

static gboolean run_withdraw(const KpExecution *ex, const KpStep *step, GError **error)
{
	return settle(ex, step, FALSE, error);
}

/* What somebody tries by hand must not push out what he goes back to. */
static void prune(const KpExecution *ex, const KpPatch *patch, const char *const *spared)
{
	g_autoptr(GPtrArray) records = ex->state == NULL ? NULL :
		kp_state_history(ex->state, patch->kver, 0, NULL);
	g_autofree const char **by_hand = NULL;

	if (records == NULL)
		records = g_ptr_array_new();
	by_hand = kp_by_hand_digests(records, patch);
	kp_store_prune(ex->host->root, patch->kver, ex->settings->keep, by_hand, spared);
}

static gboolean run_keep(const KpExecution *ex, const KpStep *step, GError **error)
{
	g_autoptr(KpGood) good = NULL;
	const char *spared[] = { kp_patch_sha256(step->patch), NULL, NULL };

	if (!kp_store_keep(ex->host->root, step->patch, error))
		return FALSE;
	if (ex->state != NULL && kp_state_last_good(ex->state, step->patch->kver, &good, NULL) &&
	    good != NULL)
		spared[1] = good->sha256;
	prune(ex, step->patch, spared);
	return TRUE;
}

/* tidying: a failure leaves the kernel patched as planned */
static const struct {
	StepFunc run;
	gboolean tidying;
} step_table[] = {
	[KP_STEP_HOLD] = { run_hold, FALSE },
	[KP_STEP_RELEASE] = { run_release, FALSE },
	[KP_STEP_CORE] = { run_core, FALSE },
	[KP_STEP_FINISH] = { run_finish, FALSE },
	[KP_STEP_WITHDRAW] = { run_withdraw, FALSE },
	[KP_STEP_REMOVE] = { run_remove, TRUE },
	[KP_STEP_LOAD] = { run_load, FALSE },
	[KP_STEP_STACK] = { run_load, FALSE },
	[KP_STEP_DISABLE] = { run_disable, FALSE },
	[KP_STEP_KEEP] = { run_keep, TRUE },
};

/* Takes back, newest first, what the first @done steps changed in the state. */
static void undo(const KpExecution *ex, const KpPlan *plan, guint done)
{
	while (done-- > 0) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, done);

		if (step->kind == KP_STEP_HOLD)
			run_release(ex, step, NULL);
		else if (step->kind == KP_STEP_RELEASE)
			run_hold(ex, step, NULL);
	}
}

static void warn(GPtrArray *warnings, const GError *error)
{
	if (error != NULL)
		g_ptr_array_add(warnings, g_strdup(error->message));
}

/* Without a mark the patch is loaded all the same: a database that cannot be
 * written must not leave the machine unpatched. */
static void mark(const KpExecution *ex, const KpPatch *patch, GPtrArray *warnings)
{
	g_autoptr(GError) error = NULL;

	if (ex->state == NULL || kp_guard_begin(ex->state, ex->host, patch, ex->action, &error))
		return;
	g_prefix_error(&error, "going on without the boot guard: ");
	warn(warnings, error);
}

static gboolean run_steps(const KpExecution *ex, const KpPlan *plan, GPtrArray *warnings,
			  GError **error)
{
	for (guint i = 0; i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);
		g_autoptr(GError) problem = NULL;

		/* not earlier: the core module has a mark of its own */
		if (kp_step_loads(step))
			mark(ex, step->patch, warnings);
		if (step_table[step->kind].run(ex, step, &problem))
			continue;
		if (step_table[step->kind].tidying) {
			g_ptr_array_add(warnings, g_strdup(problem->message));
			continue;
		}
		undo(ex, plan, i);
		g_propagate_error(error, g_steal_pointer(&problem));
		return FALSE;
	}
	return TRUE;
}

static void record(const KpExecution *ex, const KpPlan *plan, const GError *problem,
		   GPtrArray *warnings)
{
	const KpPatch *target = plan->target;
	const KpSignOutcome *signature = target != NULL ? target->signature : NULL;
	KpRecord entry = {
		.at = g_get_real_time() / G_USEC_PER_SEC,
		.boot_id = ex->host->boot_id,
		.kver = ex->host->kver,
		.action = (char *)ex->action,
		.name = target != NULL ? target->name : "",
		.version = target != NULL ? target->version : "",
		.sha256 = target != NULL ? (char *)kp_patch_sha256(target) : "",
		.backend = target != NULL ? (char *)kp_backend_word(target->backend) : "",
		.result = problem != NULL ? (char *)kp_error_word(problem) : "done",
		.detail = problem != NULL ? problem->message : "",
		.signer = signature != NULL ? signature->subject : NULL,
		.signer_sha256 = signature != NULL ? signature->fingerprint : NULL,
		.origin = target != NULL ? (char *)kp_origin_word(target->origin) : NULL,
	};
	g_autoptr(GError) error = NULL;

	if (ex->state == NULL || kp_state_add_record(ex->state, &entry, &error))
		return;
	g_ptr_array_add(warnings, g_strdup(error->message));
}

/* The patch that the plan loads, or NULL. */
static const KpPatch *loaded_by(const KpPlan *plan)
{
	for (guint i = 0; i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);

		if (kp_step_loads(step))
			return step->patch;
	}
	return NULL;
}

/* What was not loaded, or is not live any more, cannot be what a machine dies
 * of. */
static void unmark_or_hand_over(const KpExecution *ex, const KpPatch *loaded, gboolean ok,
				GPtrArray *warnings)
{
	g_autoptr(GError) error = NULL;
	gboolean stays = ok && loaded != NULL && kp_watcher_start(ex->host);

	if (ex->state != NULL && !stays)
		kp_guard_end(ex->state, ex->host, &error);
	warn(warnings, error);
}

gboolean kp_execute(const KpExecution *execution, const KpPlan *plan,
		    GPtrArray *warnings, GError **error)
{
	g_autoptr(GError) problem = NULL;
	const KpPatch *loaded = loaded_by(plan);
	gboolean ok;

	ok = run_steps(execution, plan, warnings, &problem);
	/* what is in the kernel is on trial, whatever else there is beside it */
	if (loaded != NULL || plan->target == NULL)
		unmark_or_hand_over(execution, loaded, ok, warnings);
	ok = ok && kp_outcome_check(execution->host->root, plan, &problem);

	if (!ok && execution->watch != NULL && execution->watch->stop != NULL &&
	    *execution->watch->stop != 0)
		g_prefix_error(&problem, "interrupted: ");
	record(execution, plan, problem, warnings);
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}
