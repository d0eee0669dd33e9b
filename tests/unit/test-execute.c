/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No module is ever loaded here: the descriptor is -1, which the kernel
 * refuses, and that is the failure these tests want. */
#include <string.h>

#include "base/error.h"
#include "fixture.h"
#include "live/execute.h"
#include "sample.h"

typedef struct {
	char *root;
	KpHost *host;
	KpSettings *settings;
	KpState *state;
	KpCandidates *candidates;
	GPtrArray *live;
	GPtrArray *holds;
	GPtrArray *warnings;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
	scene->root = fixture_folder();
	scene->host = sample_host();
	scene->host->root = g_strdup(scene->root);
	scene->settings = kp_settings_read(scene->root, NULL);
	scene->state = kp_state_open(scene->root, TRUE, NULL);
	scene->candidates = sample_candidates();
	scene->live = sample_lives();
	scene->holds = sample_holds();
	scene->warnings = g_ptr_array_new_with_free_func(g_free);
}

static void tear_down(Scene *scene, gconstpointer data)
{
	kp_host_free(scene->host);
	kp_settings_free(scene->settings);
	kp_state_close(scene->state);
	kp_candidates_free(scene->candidates);
	g_ptr_array_unref(scene->live);
	g_ptr_array_unref(scene->holds);
	g_ptr_array_unref(scene->warnings);
	fixture_remove(scene->root);
}

static gboolean run(Scene *scene, const KpPlan *plan, GError **error)
{
	const KpExecution execution = { scene->host, scene->settings, scene->state,
					"rollback", NULL, NULL };

	return kp_execute(&execution, plan, scene->warnings, error);
}

/* Exactly the release @version is held. */
static void expect_held(Scene *scene, const char *version)
{
	g_autoptr(GPtrArray) holds = kp_state_holds(scene->state, SAMPLE_KVER, NULL);

	g_assert_cmpuint(holds->len, ==, 1);
	g_assert_cmpstr(((KpHold *)g_ptr_array_index(holds, 0))->version, ==, version);
}

static void expect_record(Scene *scene, const char *result)
{
	g_autoptr(KpRecord) last = NULL;

	g_assert_true(kp_state_last_record(scene->state, SAMPLE_KVER, NULL, &last, NULL));
	g_assert_cmpstr(last->result, ==, result);
	g_assert_cmpstr(last->action, ==, "rollback");
	g_assert_cmpstr(last->boot_id, ==, "boot-1");
}

/* A rollback that fails leaves no hold behind, and keeps those that were. */
static void test_undone(Scene *scene, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpPlan) plan = NULL;
	KpPatch *target = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	KpHold own = { KP_HOLD_HELD, target->kver, target->name, target->version, target->sha256,
		       (char *)"it was rolled back", 1 };
	gboolean added;

	g_assert_true(kp_state_add_hold(scene->state, &own, &added, NULL));
	sample_hold(scene->holds, target);
	target->sealed = target->vouched = TRUE;
	sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	plan = kp_plan_rollback(scene->host, scene->candidates, scene->live, scene->holds, target,
				TRUE);
	g_assert_false(run(scene, plan, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	expect_held(scene, "1-1");
	expect_record(scene, "failed");
}

/* Whatever made the plan: what nobody has verified is not loaded, nor is what
 * was verified in a file that others can still write. */
static void test_unverified(Scene *scene, gconstpointer data)
{
	KpPatch *target = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	g_autoptr(KpPlan) plan = kp_plan_apply(scene->host, scene->candidates, scene->live, target);

	for (int row = 0; row < 3; row++) {
		g_autoptr(GError) error = NULL;

		target->vouched = row == 1;
		target->sealed = row == 2;
		g_assert_false(run(scene, plan, &error));
		g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
		g_assert_nonnull(strstr(error->message, "nobody has verified it"));
		expect_record(scene, "refused");
	}
}

static void test_held(Scene *scene, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpPlan) plan = NULL;

	sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	plan = kp_plan_rollback(scene->host, scene->candidates, scene->live, scene->holds, NULL,
				TRUE);
	g_assert_true(run(scene, plan, &error));
	g_assert_no_error(error);
	expect_held(scene, "1-2");
	expect_record(scene, "done");
}

/* Every step went well, and still the kernel is not as was planned. */
static void test_other_outcome(Scene *scene, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpPlan) plan = NULL;

	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	plan = kp_plan_none(scene->live, NULL);
	g_assert_true(run(scene, plan, &error));
	g_assert_no_error(error);
	expect_record(scene, "done");
	fixture_live(scene->root, "livepatch", "livepatch_sample", "", TRUE);
	g_assert_false(run(scene, plan, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, "livepatch_sample is live"));
	expect_record(scene, "failed");
}

/* The kernel is patched by then: a copy that cannot be kept is a warning. */
static void test_tidying(Scene *scene, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpPlan) plan = NULL;
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");

	sample_live(scene->live, patch->name, patch->version, TRUE);
	fixture_write(scene->root, "var/lib/kpatch/" SAMPLE_KVER, "no folder", -1);
	plan = kp_plan_apply(scene->host, scene->candidates, scene->live, patch);
	g_assert_true(run(scene, plan, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(scene->warnings->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(scene->warnings, 0), "cannot keep a copy"));
	expect_record(scene, "done");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/execute/undone", Scene, NULL, set_up, test_undone, tear_down);
	g_test_add("/execute/unverified", Scene, NULL, set_up, test_unverified, tear_down);
	g_test_add("/execute/held", Scene, NULL, set_up, test_held, tear_down);
	g_test_add("/execute/other-outcome", Scene, NULL, set_up, test_other_outcome, tear_down);
	g_test_add("/execute/tidying", Scene, NULL, set_up, test_tidying, tear_down);
	return g_test_run();
}
