/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/plan.h"
#include "sample.h"

typedef struct {
	KpHost *host;
	KpCandidates *candidates;
	GPtrArray *holds;
	GPtrArray *live;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
	scene->host = sample_host();
	scene->candidates = sample_candidates();
	scene->holds = sample_holds();
	scene->live = sample_lives();
}

static void tear_down(Scene *scene, gconstpointer data)
{
	kp_host_free(scene->host);
	kp_candidates_free(scene->candidates);
	g_ptr_array_unref(scene->holds);
	g_ptr_array_unref(scene->live);
}

/* The plan as one line: "load kpatch_1_2, keep kpatch_1_2". */
static void expect(const KpPlan *plan, const char *wanted)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (guint i = 0; i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);

		g_string_append_printf(line, "%s%s %s", i > 0 ? ", " : "",
				       kp_step_word(step), step->name);
	}
	g_assert_cmpstr(line->str, ==, wanted);
}

static void expect_apply(Scene *scene, const KpPatch *patch, const char *wanted)
{
	g_autoptr(KpPlan) plan = kp_plan_apply(scene->host, scene->candidates, scene->live, patch);

	expect(plan, wanted);
}

static void expect_rollback(Scene *scene, const KpPatch *target, const char *wanted)
{
	g_autoptr(KpPlan) plan = kp_plan_rollback(scene->host, scene->candidates, scene->live,
						  scene->holds, target, TRUE);

	expect(plan, wanted);
}

static void test_first(Scene *scene, gconstpointer data)
{
	KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-1");

	scene->host->has_core = FALSE;
	expect_apply(scene, patch, "core kpatch, load kpatch_1_1, keep kpatch_1_1");
	patch->backend = KP_BACKEND_LIVEPATCH;
	expect_apply(scene, patch, "load kpatch_1_1, keep kpatch_1_1");
}

static void test_replace(Scene *scene, gconstpointer data)
{
	KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");

	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	expect_apply(scene, patch, "load kpatch_1_2, keep kpatch_1_2, remove kpatch_1_1");
}

static void test_again(Scene *scene, gconstpointer data)
{
	KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");

	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	expect_apply(scene, patch, "keep kpatch_1_2");
	sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-2");
	expect_apply(scene, patch, "");
	sample_live(scene->live, "kpatch_1_1", "1-1", FALSE);
	expect_apply(scene, patch, "remove kpatch_1_1");
}

static void test_leftover_of_same_name(Scene *scene, gconstpointer data)
{
	KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");

	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	sample_live(scene->live, "kpatch_1_1", "1-1", FALSE);
	expect_apply(scene, patch, "remove kpatch_1_1, load kpatch_1_1, remove kpatch_1_2");
}

static void test_interrupted(Scene *scene, gconstpointer data)
{
	KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	KpLivePatch *live = sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);

	live->transition = TRUE;
	expect_apply(scene, patch, "load kpatch_1_1");
}

/* From 1-1 to 1-2, and killed: both are enabled, 1-2 is in transition. */
static void test_interrupted_replace(Scene *scene, gconstpointer data)
{
	KpPatch *old = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	KpPatch *next = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-3");
	KpLivePatch *live = sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);

	live->transition = TRUE;
	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	expect_apply(scene, old, "withdraw kpatch_1_2, remove kpatch_1_2");
	expect_apply(scene, next, "finish kpatch_1_2, load kpatch_1_3, keep kpatch_1_3, "
		     "remove kpatch_1_2, remove kpatch_1_1");
	expect_rollback(scene, NULL, "hold kpatch_1_1, hold kpatch_1_3, withdraw kpatch_1_2, "
			"remove kpatch_1_2, disable kpatch_1_1, remove kpatch_1_1");
}

/* On the way out, and killed: apply of the same one turns it round. */
static void test_interrupted_disable(Scene *scene, gconstpointer data)
{
	KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	KpPatch *next = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-2");
	KpLivePatch *live = sample_live(scene->live, "kpatch_1_1", "1-1", FALSE);

	live->transition = TRUE;
	expect_apply(scene, patch, "load kpatch_1_1");
	expect_apply(scene, next, "withdraw kpatch_1_1, load kpatch_1_2, remove kpatch_1_1");
}

/* What is not replaced is taken out, from the top down, and when the new one is live. */
static void test_stacked(Scene *scene, gconstpointer data)
{
	KpPatch *first = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	KpPatch *next = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-3");

	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	expect_apply(scene, next, "load kpatch_1_3, remove kpatch_1_2, remove kpatch_1_1");
	next->replaces = KP_REPLACES_NONE;
	expect_apply(scene, next, "stack kpatch_1_3, disable kpatch_1_2, remove kpatch_1_2, "
		     "disable kpatch_1_1, remove kpatch_1_1");
	next->replaces = KP_REPLACES_UNKNOWN;
	expect_apply(scene, next, "load kpatch_1_3, disable kpatch_1_2, remove kpatch_1_2, "
		     "disable kpatch_1_1, remove kpatch_1_1");
	expect_apply(scene, first, "disable kpatch_1_2, remove kpatch_1_2");
	expect_rollback(scene, first, "hold kpatch_1_3, disable kpatch_1_2, remove kpatch_1_2");
}

static void test_foreign(Scene *scene, gconstpointer data)
{
	KpPatch *next = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-3");
	g_autoptr(KpPlan) none = NULL, named = NULL, back = NULL;

	sample_live(scene->live, "livepatch_sample", "livepatch_sample", TRUE)->foreign = TRUE;
	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	expect_apply(scene, next, "load kpatch_1_3, remove livepatch_sample, remove kpatch_1_2");
	next->replaces = KP_REPLACES_NONE;
	expect_apply(scene, next, "stack kpatch_1_3, disable kpatch_1_2, remove kpatch_1_2");
	none = kp_plan_none(scene->live, NULL);
	expect(none, "disable kpatch_1_2, remove kpatch_1_2");
	named = kp_plan_none(scene->live, "livepatch-sample");
	expect(named, "disable livepatch_sample, remove livepatch_sample, disable kpatch_1_2, "
	       "remove kpatch_1_2");
	back = kp_plan_rollback(scene->host, scene->candidates, scene->live, scene->holds, NULL, FALSE);
	expect(back, "hold kpatch_1_3, disable kpatch_1_2, remove kpatch_1_2");
	expect_rollback(scene, NULL, "hold kpatch_1_3, disable livepatch_sample, "
			"remove livepatch_sample, disable kpatch_1_2, remove kpatch_1_2");
}

static void test_rollback(Scene *scene, gconstpointer data)
{
	KpPatch *target = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");

	sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-2");
	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	expect_rollback(scene, target, "hold kpatch_1_2, load kpatch_1_1, remove kpatch_1_2");
	sample_hold(scene->holds, target);
	expect_rollback(scene, target, "hold kpatch_1_2, release kpatch_1_1, load kpatch_1_1, "
			"remove kpatch_1_2");
}

static void test_rollback_none(Scene *scene, gconstpointer data)
{
	sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	expect_rollback(scene, NULL, "hold kpatch_1_2, hold kpatch_1_1, disable kpatch_1_2, "
			"remove kpatch_1_2");
}

/* A failed trial of the first patch: the others stay as they are. */
static void test_none(Scene *scene, gconstpointer data)
{
	g_autoptr(KpPlan) plan = NULL;

	sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	plan = kp_plan_none(scene->live, NULL);
	expect(plan, "disable kpatch_1_2, remove kpatch_1_2");
}

static void test_texts(Scene *scene, gconstpointer data)
{
	KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(KpPlan) plan = NULL;

	scene->host->has_core = FALSE;
	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	plan = kp_plan_apply(scene->host, scene->candidates, scene->live, patch);
	for (guint i = 0; i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);
		g_autofree char *text = kp_step_text(step);

		g_assert_nonnull(g_strstr_len(text, -1, step->name));
		g_assert_null(g_strstr_len(text, -1, "%"));
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		void (*run)(Scene *, gconstpointer);
	} rows[] = {
		{ "/plan/first", test_first },
		{ "/plan/replace", test_replace },
		{ "/plan/again", test_again },
		{ "/plan/leftover-of-same-name", test_leftover_of_same_name },
		{ "/plan/stacked", test_stacked },
		{ "/plan/foreign", test_foreign },
		{ "/plan/interrupted-transition", test_interrupted },
		{ "/plan/interrupted-replace", test_interrupted_replace },
		{ "/plan/interrupted-disable", test_interrupted_disable },
		{ "/plan/rollback", test_rollback },
		{ "/plan/rollback-none", test_rollback_none },
		{ "/plan/none", test_none },
		{ "/plan/texts", test_texts },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_test_add(rows[i].path, Scene, NULL, set_up, rows[i].run, tear_down);
	return g_test_run();
}
