/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/plan.h"

#include "base/names.h"
#include "base/version.h"
#include "live/stream.h"

static const struct {
	const char *word;
	const char *text;	/* %s: module, and its version in brackets */
} step_table[] = {
	[KP_STEP_HOLD] = { "hold", "hold %s, so that it stays away" },
	[KP_STEP_RELEASE] = { "release", "release the hold of %s" },
	[KP_STEP_CORE] = { "core", "load the core module %s" },
	[KP_STEP_FINISH] = { "finish", "finish the interrupted transition to %s" },
	[KP_STEP_WITHDRAW] = { "withdraw", "end the interrupted transition of %s, without it" },
	[KP_STEP_REMOVE] = { "remove", "remove the module %s" },
	[KP_STEP_LOAD] = { "load", "make %s live, in place of every other patch" },
	[KP_STEP_STACK] = { "stack", "make %s live, on top of what is live" },
	[KP_STEP_DISABLE] = { "disable", "take %s out of the kernel" },
	[KP_STEP_KEEP] = { "keep", "keep a copy of %s for rollback and boot" },
};

void kp_plan_free(KpPlan *plan)
{
	if (plan == NULL)
		return;
	g_array_unref(plan->steps);
	g_ptr_array_unref(plan->after);
	g_free(plan);
}

static KpPlan *plan_new(const KpPatch *target)
{
	KpPlan *plan = g_new0(KpPlan, 1);

	plan->steps = g_array_new(FALSE, TRUE, sizeof(KpStep));
	plan->target = target;
	plan->after = g_ptr_array_new();
	if (target != NULL)
		g_ptr_array_add(plan->after, target->name);
	return plan;
}

static void add_patch_step(KpPlan *plan, KpStepKind kind, const KpPatch *patch)
{
	KpStep step = { kind, patch->backend, patch->name, patch->version, patch };

	g_array_append_val(plan->steps, step);
}

static void add_live_step(KpPlan *plan, KpStepKind kind, const KpLivePatch *live)
{
	KpStep step = { kind, live->backend, live->name, live->version, NULL };

	g_array_append_val(plan->steps, step);
}

static void add_core_step(KpPlan *plan, const KpHost *host, const KpPatch *patch)
{
	KpStep step = { KP_STEP_CORE, KP_BACKEND_KPATCH, "kpatch", NULL, NULL };

	if (patch->backend == KP_BACKEND_KPATCH && !host->has_core)
		g_array_append_val(plan->steps, step);
}

/* Whoever was interrupted left a transition under way, and the kernel has one
 * at a time. If @same is enabled it is being replaced by the other one, which
 * therefore has to go back; else the shortest way is the way it goes. */
static gboolean is_finished(const KpLivePatch *entry, const KpLivePatch *same)
{
	return entry->enabled && !(same != NULL && same->enabled);
}

static void add_settling(KpPlan *plan, const GPtrArray *live, const KpLivePatch *same)
{
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (entry->transition && entry != same)
			add_live_step(plan, is_finished(entry, same) ? KP_STEP_FINISH
								     : KP_STEP_WITHDRAW, entry);
	}
}

static void stay(KpPlan *plan, const KpLivePatch *entry)
{
	g_ptr_array_add(plan->after, entry->name);
}

/* What becomes of all others, from the top of the stack down. What is not known to be
 * replaced is disabled, if it is still enabled by then. */
static void add_removals(KpPlan *plan, const GPtrArray *live, const KpLivePatch *same,
			 KpReplaces replaced)
{
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);
		gboolean enabled = entry->enabled &&
				   (!entry->transition || is_finished(entry, same));

		if (kp_name_equal(entry->name, plan->target->name))
			continue;
		if (enabled && entry->foreign && replaced == KP_REPLACES_NONE) {
			stay(plan, entry);
			continue;
		}
		if (enabled && replaced != KP_REPLACES_ALL)
			add_live_step(plan, KP_STEP_DISABLE, entry);
		add_live_step(plan, KP_STEP_REMOVE, entry);
	}
}

gboolean kp_plan_would_load(const GPtrArray *live, const KpPatch *patch)
{
	const KpLivePatch *same = kp_live_find(live, patch->name);

	return same == NULL || !same->enabled || same->transition;
}

/* The kernel has one of each name, and what was live until the end takes its place. */
static void add_apply_steps(KpPlan *plan, const KpHost *host, const KpCandidates *candidates,
			    const GPtrArray *live, const KpPatch *patch)
{
	const KpLivePatch *same = kp_live_find(live, patch->name);
	gboolean loads = kp_plan_would_load(live, patch);

	add_settling(plan, live, same);
	if (loads) {
		add_core_step(plan, host, patch);
		if (same != NULL && !same->enabled && !same->transition)
			add_live_step(plan, KP_STEP_REMOVE, same);
		add_patch_step(plan, patch->replaces == KP_REPLACES_NONE ? KP_STEP_STACK
									 : KP_STEP_LOAD, patch);
	}
	if (!kp_store_has(candidates, patch))
		add_patch_step(plan, KP_STEP_KEEP, patch);
	add_removals(plan, live, same, loads ? patch->replaces : KP_REPLACES_NONE);
}

KpPlan *kp_plan_apply(const KpHost *host, const KpCandidates *candidates,
		      const GPtrArray *live, const KpPatch *patch)
{
	KpPlan *plan = plan_new(patch);

	add_apply_steps(plan, host, candidates, live, patch);
	return plan;
}

/* TRUE when a step for the same release is there already: a release lies in
 * both folders, and is held once. */
static gboolean has_hold_step(const KpPlan *plan, const KpPatch *patch)
{
	for (guint i = 0; i < plan->steps->len; i++)
		if (g_str_equal(kp_patch_sha256(g_array_index(plan->steps, KpStep, i).patch),
				kp_patch_sha256(patch)))
			return TRUE;
	return FALSE;
}

static gboolean is_live(const GPtrArray *live, const KpPatch *patch)
{
	const KpLivePatch *entry = kp_live_find(live, patch->name);

	return entry != NULL && entry->enabled;
}

/* What was gone back from: newer in the same stream, or live of another one. */
static gboolean is_left(const GPtrArray *live, const KpPatch *patch, const KpPatch *target)
{
	if (target == NULL)
		return TRUE;
	if (!kp_stream_same(patch->name, patch->version, target->name, target->version))
		return is_live(live, patch);
	return kp_version_compare(patch->version, target->version) > 0;
}

/* Holds come first: if the machine dies half-way, the release that was to go
 * must not come back at boot. */
static void add_holds(KpPlan *plan, const KpCandidates *candidates, const GPtrArray *live,
		      const GPtrArray *holds, const KpPatch *target)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (is_left(live, patch, target) && kp_hold_of(holds, patch) == NULL &&
		    !has_hold_step(plan, patch))
			add_patch_step(plan, KP_STEP_HOLD, patch);
	}
}

static void take_out(KpPlan *plan, const KpLivePatch *entry)
{
	if (entry->transition)
		add_live_step(plan, KP_STEP_WITHDRAW, entry);
	else if (entry->enabled)
		add_live_step(plan, KP_STEP_DISABLE, entry);
	add_live_step(plan, KP_STEP_REMOVE, entry);
}

/* @name (may be NULL) and all that is not foreign. */
static void add_none_steps(KpPlan *plan, const GPtrArray *live, const char *name, gboolean foreign)
{
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (entry->foreign && !foreign && (name == NULL || !kp_name_equal(entry->name, name)))
			stay(plan, entry);
		else
			take_out(plan, entry);
	}
}

KpPlan *kp_plan_rollback(const KpHost *host, const KpCandidates *candidates,
			 const GPtrArray *live, const GPtrArray *holds,
			 const KpPatch *target, gboolean foreign)
{
	KpPlan *plan = plan_new(target);

	add_holds(plan, candidates, live, holds, target);
	if (target == NULL) {
		add_none_steps(plan, live, NULL, foreign);
		return plan;
	}
	if (kp_hold_of(holds, target) != NULL)
		add_patch_step(plan, KP_STEP_RELEASE, target);
	add_apply_steps(plan, host, candidates, live, target);
	return plan;
}

KpPlan *kp_plan_none(const GPtrArray *live, const char *name)
{
	KpPlan *plan = plan_new(NULL);

	add_none_steps(plan, live, name, FALSE);
	return plan;
}

gboolean kp_plan_loads(const KpPlan *plan)
{
	for (guint i = 0; i < plan->steps->len; i++)
		if (kp_step_loads(&g_array_index(plan->steps, KpStep, i)))
			return TRUE;
	return FALSE;
}

gboolean kp_step_loads(const KpStep *step)
{
	return step->kind == KP_STEP_LOAD || step->kind == KP_STEP_STACK;
}

char *kp_step_text(const KpStep *step)
{
	const char *text = step_table[step->kind].text;
	const char *hole = g_strstr_len(text, -1, "%s");
	g_autofree char *who = step->version == NULL ? g_strdup(step->name) :
			       g_strdup_printf("%s (%s)", step->name, step->version);

	return g_strdup_printf("%.*s%s%s", (int)(hole - text), text, who, hole + 2);
}

const char *kp_step_word(const KpStep *step)
{
	return step_table[step->kind].word;
}
