/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /sys shows after a change is compared with what was planned. */
#include <string.h>

#include "base/error.h"
#include "fixture.h"
#include "live/outcome.h"
#include "live/unload.h"
#include "sample.h"

typedef struct {
	char *root;
	KpHost *host;
	KpCandidates *candidates;
	GPtrArray *live;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
	scene->root = fixture_folder();
	scene->host = sample_host();
	scene->candidates = sample_candidates();
	scene->live = sample_lives();
}

static void tear_down(Scene *scene, gconstpointer data)
{
	kp_host_free(scene->host);
	kp_candidates_free(scene->candidates);
	g_ptr_array_unref(scene->live);
	fixture_remove(scene->root);
}

/* @wrong: the difference that is to be named; NULL: there is none. */
static void expect(Scene *scene, const KpPlan *plan, const char *wrong)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = kp_outcome_check(scene->root, plan, &error);

	g_assert_cmpint(ok, ==, wrong == NULL);
	if (wrong == NULL) {
		g_assert_no_error(error);
		return;
	}
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	if (strstr(error->message, wrong) == NULL)
		g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, wrong));
}

/* From 1-1 to 1-2: only 1-2 is to be live, and at rest. */
static void test_apply(Scene *scene, gconstpointer data)
{
	KpPatch *target = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(KpPlan) plan = NULL;

	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	plan = kp_plan_apply(scene->host, scene->candidates, scene->live, target);
	expect(scene, plan, "kpatch_1_2 is not live");
	fixture_live(scene->root, "kpatch", "kpatch_1_2", "1-2", TRUE);
	expect(scene, plan, NULL);
	fixture_live(scene->root, "kpatch", "kpatch_1_1", "1-1", TRUE);
	expect(scene, plan, "kpatch_1_1 is live");
	fixture_live(scene->root, "kpatch", "kpatch_1_1", "1-1", FALSE);
	expect(scene, plan, NULL);
	fixture_write(scene->root, "sys/kernel/kpatch/kpatch_1_2/transition", "1\n", -1);
	expect(scene, plan, "kpatch_1_2 is still in a transition");
	fixture_write(scene->root, "sys/kernel/kpatch/kpatch_1_2/transition", "0\n", -1);
	fixture_live(scene->root, "livepatch", "livepatch_sample", "", TRUE);
	expect(scene, plan, "livepatch_sample is live");
}

static void test_another_release(Scene *scene, gconstpointer data)
{
	KpPatch *target = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(KpPlan) plan = kp_plan_apply(scene->host, scene->candidates, scene->live, target);

	fixture_live(scene->root, "kpatch", "kpatch_1_2", "1-1", TRUE);
	expect(scene, plan, "kpatch_1_2 is live in the release 1-1, and not in 1-2");
	fixture_live(scene->root, "kpatch", "kpatch_1_2", "1-02", TRUE);
	expect(scene, plan, NULL);
}

/* A foreign patch may stay, but not on top of the same function. */
static void test_beside(Scene *scene, gconstpointer data)
{
	KpPatch *target = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(KpPlan) plan = NULL;

	target->replaces = KP_REPLACES_NONE;
	sample_live(scene->live, "livepatch_sample", "livepatch_sample", TRUE)->foreign = TRUE;
	plan = kp_plan_apply(scene->host, scene->candidates, scene->live, target);
	fixture_live(scene->root, "kpatch", "kpatch_1_2", "1-2", TRUE);
	expect(scene, plan, "livepatch_sample is not live");
	fixture_live(scene->root, "kpatch", "livepatch_sample", "", TRUE);
	expect(scene, plan, NULL);
	fixture_write(scene->root, "sys/kernel/kpatch/kpatch_1_2/vmlinux/do_x,1/old_addr", "0", -1);
	fixture_write(scene->root, "sys/kernel/kpatch/livepatch_sample/vmlinux/do_x,1/old_addr", "0", -1);
	fixture_write(scene->root, "sys/kernel/kpatch/livepatch_sample/stack_order", "1\n", -1);
	fixture_write(scene->root, "sys/kernel/kpatch/kpatch_1_2/stack_order", "2\n", -1);
	expect(scene, plan, NULL);
	fixture_write(scene->root, "sys/kernel/kpatch/livepatch_sample/stack_order", "3\n", -1);
	expect(scene, plan, "kpatch_1_2 is covered by livepatch_sample");
}

static void test_none(Scene *scene, gconstpointer data)
{
	g_autoptr(KpPlan) plan = NULL, unload = NULL;

	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	plan = kp_plan_none(scene->live, NULL);
	unload = kp_plan_unload(scene->live, "kpatch-1-2");
	expect(scene, plan, NULL);
	expect(scene, unload, "kpatch_1_1 is not live");
	fixture_live(scene->root, "kpatch", "kpatch_1_1", "1-1", TRUE);
	expect(scene, plan, "kpatch_1_1 is live");
	expect(scene, unload, NULL);
}

/* Who changes nothing in the kernel is not to blame for what is in it. */
static void test_no_change(Scene *scene, gconstpointer data)
{
	KpPatch *target = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(KpPlan) plan = NULL;

	sample_live(scene->live, "kpatch_1_2", "1-2", TRUE);
	plan = kp_plan_apply(scene->host, scene->candidates, scene->live, target);
	g_assert_cmpuint(plan->steps->len, ==, 1);
	expect(scene, plan, NULL);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		void (*run)(Scene *, gconstpointer);
	} rows[] = {
		{ "/outcome/apply", test_apply },
		{ "/outcome/another-release", test_another_release },
		{ "/outcome/beside", test_beside },
		{ "/outcome/none", test_none },
		{ "/outcome/no-change", test_no_change },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_test_add(rows[i].path, Scene, NULL, set_up, rows[i].run, tear_down);
	return g_test_run();
}
