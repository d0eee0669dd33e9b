/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/root.h"
#include "fixture.h"
#include "live/core-guard.h"
#include "live/guard.h"
#include "live/mark.h"
#include "sample.h"

/* One row per sentence at the top of guard.h. */
static const struct {
	const char *rule;
	KpDeath death;
	KpGuardVerdict wanted;
} rules[] = {
	{ "nothing happened", { FALSE, FALSE, FALSE, 5 }, KP_GUARD_FINE },
	{ "never good, first death", { TRUE, FALSE, FALSE, 1 }, KP_GUARD_LATER },
	{ "never good, second death", { TRUE, FALSE, FALSE, 2 }, KP_GUARD_BLOCK },
	{ "good, first death", { TRUE, TRUE, FALSE, 1 }, KP_GUARD_FORGIVEN },
	{ "good, second death", { TRUE, TRUE, FALSE, 2 }, KP_GUARD_BLOCK },
	{ "good, third death", { TRUE, TRUE, FALSE, 3 }, KP_GUARD_BLOCK },
	{ "never good, in its own code", { TRUE, FALSE, TRUE, 1 }, KP_GUARD_BLOCK },
	{ "good, in its own code", { TRUE, TRUE, TRUE, 1 }, KP_GUARD_BLOCK },
};

static void test_verdict(gconstpointer data)
{
	gsize row = GPOINTER_TO_SIZE(data);

	g_assert_cmpint(kp_guard_verdict(&rules[row].death), ==, rules[row].wanted);
}

typedef struct {
	char *root;
	KpHost *host;
	KpState *state;
	KpCandidates *candidates;
	GPtrArray *holds;
	GPtrArray *warnings;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
	scene->root = fixture_folder();
	scene->host = sample_host();
	scene->host->root = g_strdup(scene->root);
	scene->state = kp_state_open(scene->root, TRUE, NULL);
	scene->candidates = sample_candidates();
	scene->holds = sample_holds();
	scene->warnings = g_ptr_array_new_with_free_func(g_free);
	fixture_write(scene->root, "run/x", "", 0);
}

static void tear_down(Scene *scene, gconstpointer data)
{
	kp_host_free(scene->host);
	kp_state_close(scene->state);
	kp_candidates_free(scene->candidates);
	g_ptr_array_unref(scene->holds);
	g_ptr_array_unref(scene->warnings);
	fixture_remove(scene->root);
}

static void expect_choice(Scene *scene, const char *good, const KpPatch *wanted)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();

	g_assert_true(kp_guard_choose(scene->candidates->patches, scene->holds, good, none,
				      none) == wanted);
}

static void block(Scene *scene, const KpPatch *patch)
{
	sample_hold(scene->holds, patch);
	((KpHold *)g_ptr_array_index(scene->holds, scene->holds->len - 1))->kind = KP_HOLD_BLOCKED;
}

static void test_choose(Scene *scene, gconstpointer data)
{
	KpPatch *first = sample_patch(scene->candidates, KP_ORIGIN_STORE, "1-1");
	KpPatch *second = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	KpPatch *third = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-3");

	/* nothing is blocked: forward, whatever was good last */
	expect_choice(scene, "sum-of-1-1", third);
	block(scene, third);
	expect_choice(scene, "sum-of-1-1", first);
	expect_choice(scene, NULL, second);
	expect_choice(scene, "sum-of-what-is-gone", second);
	/* what was good last is held now */
	sample_hold(scene->holds, first);
	expect_choice(scene, "sum-of-1-1", second);
	/* a newer one than the blocked one has come */
	expect_choice(scene, "sum-of-1-2", second);
	third = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-4");
	expect_choice(scene, "sum-of-1-2", third);
}

static void test_choose_none(Scene *scene, gconstpointer data)
{
	expect_choice(scene, NULL, NULL);
	block(scene, sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-1"));
	expect_choice(scene, "sum-of-1-1", NULL);
}

/* Another boot begins. */
static void reboot(Scene *scene, const char *boot_id)
{
	g_free(scene->host->boot_id);
	scene->host->boot_id = g_strdup(boot_id);
	g_ptr_array_set_size(scene->warnings, 0);
}

static guint count_blocks(Scene *scene)
{
	g_autoptr(GPtrArray) holds = kp_state_holds(scene->state, SAMPLE_KVER, NULL);

	for (guint i = 0; i < holds->len; i++)
		g_assert_cmpint(((KpHold *)g_ptr_array_index(holds, i))->kind, ==, KP_HOLD_BLOCKED);
	return holds->len;
}

static KpGuardVerdict judge(Scene *scene)
{
	g_autoptr(KpAttempt) died = NULL;
	KpGuardVerdict verdict =
		kp_guard_judge(scene->state, scene->host, TRUE, &died, scene->warnings);

	g_assert_true((died != NULL) == (verdict != KP_GUARD_FINE));
	return verdict;
}

static void begin(Scene *scene, const KpPatch *patch, const char *action)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(kp_guard_begin(scene->state, scene->host, patch, action, &error));
	g_assert_no_error(error);
}

static gboolean is_marked(Scene *scene)
{
	g_autoptr(KpAttempt) attempt = NULL;

	g_assert_true(kp_state_attempt(scene->state, SAMPLE_KVER, &attempt, NULL));
	return attempt != NULL;
}

/* What is said first. */
static gboolean says(const Scene *scene, const char *text)
{
	return scene->warnings->len > 0 &&
	       strstr(g_ptr_array_index(scene->warnings, 0), text) != NULL;
}

static void prove(Scene *scene, const KpPatch *patch)
{
	g_autoptr(KpAttempt) attempt = NULL;

	begin(scene, patch, "apply");
	g_assert_true(kp_state_attempt(scene->state, SAMPLE_KVER, &attempt, NULL));
	g_assert_true(kp_guard_prove(scene->state, scene->host, attempt, NULL));
	g_assert_false(is_marked(scene));
}

/* The power is cut: begins anew as @boot_id. */
static KpGuardVerdict die(Scene *scene, const KpPatch *patch, const char *boot_id)
{
	begin(scene, patch, "boot");
	reboot(scene, boot_id);
	return judge(scene);
}

static void test_death(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(KpRecord) last = NULL;

	begin(scene, patch, "boot");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_FINE);
	g_assert_cmpuint(scene->warnings->len, ==, 0);
	reboot(scene, "boot-2");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_LATER);
	g_assert_cmpuint(scene->warnings->len, ==, 1);
	g_assert_true(says(scene, "is blocked: the machine died"));
	g_assert_true(says(scene, "the boot after this one tries it once more"));
	g_assert_cmpuint(count_blocks(scene), ==, 1);
	g_assert_false(is_marked(scene));
	g_assert_true(kp_state_last_record(scene->state, SAMPLE_KVER, "failed", &last, NULL));
	g_assert_cmpstr(last->action, ==, "guard");
	g_assert_cmpstr(last->boot_id, ==, "boot-1");
	g_assert_cmpstr(last->version, ==, "1-2");
}

/* How many of the blocks hold in this boot; @any: also where there is nothing else. */
static guint count_lasting(Scene *scene, gboolean any)
{
	g_autoptr(GPtrArray) holds = kp_state_holds(scene->state, SAMPLE_KVER, NULL);
	g_autoptr(GPtrArray) lasting = kp_guard_lasting(scene->state, scene->host, holds, any);

	return lasting->len;
}

static void let_in(Scene *scene, const KpPatch *patch)
{
	g_assert_true(kp_state_drop_block(scene->state, SAMPLE_KVER, patch->sha256, NULL));
}

/* The boot after the one that did without it tries it again, and no third time. */
static void test_second_death(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");

	g_assert_cmpint(die(scene, patch, "boot-2"), ==, KP_GUARD_LATER);
	g_assert_cmpuint(count_lasting(scene, FALSE), ==, 1);
	g_assert_cmpuint(count_lasting(scene, TRUE), ==, 0);
	reboot(scene, "boot-3");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_FINE);
	g_assert_cmpuint(count_lasting(scene, FALSE), ==, 0);
	let_in(scene, patch);
	g_assert_cmpint(die(scene, patch, "boot-4"), ==, KP_GUARD_BLOCK);
	g_assert_true(says(scene, "2 times"));
	g_assert_cmpuint(count_blocks(scene), ==, 1);
	g_assert_cmpuint(count_lasting(scene, TRUE), ==, 1);
	reboot(scene, "boot-5");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_FINE);
	g_assert_cmpuint(count_lasting(scene, TRUE), ==, 1);
}

/* Whoever wrote down the first death was killed in the middle of that. */
static void test_judged_twice(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	const KpIdentity identity = { patch->name, patch->version, patch->sha256 };

	g_assert_cmpint(die(scene, patch, "boot-2"), ==, KP_GUARD_LATER);
	g_assert_true(kp_state_begin_attempt(scene->state, SAMPLE_KVER, &identity, "boot-1", NULL));
	g_assert_cmpint(judge(scene), ==, KP_GUARD_LATER);
	g_assert_cmpuint(count_lasting(scene, TRUE), ==, 0);
	g_assert_cmpuint(count_blocks(scene), ==, 1);
}

/* One death, and years later another. */
static void test_proven_between(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");

	g_assert_cmpint(die(scene, patch, "boot-2"), ==, KP_GUARD_LATER);
	let_in(scene, patch);
	prove(scene, patch);
	reboot(scene, "boot-4");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_FINE);
	g_assert_cmpint(die(scene, patch, "boot-5"), ==, KP_GUARD_FORGIVEN);
	g_assert_cmpuint(count_blocks(scene), ==, 0);
}

/* A block that something else makes when it is tried again is no block for one boot. */
static void test_block_of_a_trial(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	const KpHold trial = {
		.kind = KP_HOLD_BLOCKED, .kver = patch->kver, .name = patch->name,
		.version = patch->version, .sha256 = patch->sha256, .reason = (char *)"a check",
	};
	gboolean added;

	g_assert_cmpint(die(scene, patch, "boot-2"), ==, KP_GUARD_LATER);
	let_in(scene, patch);
	begin(scene, patch, "boot");
	g_assert_true(kp_guard_end(scene->state, scene->host, NULL));
	g_assert_true(kp_state_add_hold(scene->state, &trial, &added, NULL));
	reboot(scene, "boot-4");
	g_assert_cmpuint(count_lasting(scene, TRUE), ==, 1);
}

/* The machine went down in order, and the disk was full: only the link is gone. */
static void test_closed(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");

	begin(scene, patch, "boot");
	g_assert_true(kp_mark_close(scene->root, SAMPLE_KVER, KP_MARK_PATCH));
	g_assert_true(is_marked(scene));
	reboot(scene, "boot-2");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_FINE);
	g_assert_cmpuint(scene->warnings->len, ==, 0);
	g_assert_false(is_marked(scene));
	g_assert_cmpuint(count_blocks(scene), ==, 0);
}

/* A mark that is closed is made anew, and counts once. */
static void test_opened_again(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");

	prove(scene, patch);
	begin(scene, patch, "boot");
	g_assert_true(kp_mark_close(scene->root, SAMPLE_KVER, KP_MARK_PATCH));
	g_assert_cmpint(die(scene, patch, "boot-2"), ==, KP_GUARD_FORGIVEN);
}

static void test_blamed(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autofree char *last = g_strdup_printf("Kernel panic - not syncing: x\n"
						" die_later+0x10/0x20 [%s]\n", patch->name);

	prove(scene, patch);
	begin(scene, patch, "boot");
	fixture_write(scene->root, "var/lib/systemd/pstore/1/dmesg.txt", last, -1);
	reboot(scene, "boot-2");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_BLOCK);
	g_assert_true(says(scene, "the machine died in its code"));
	g_assert_cmpuint(count_blocks(scene), ==, 1);
}

/* Where that cannot be read nothing is told from anything. */
static void test_no_boot_id(Scene *scene, gconstpointer data)
{
	begin(scene, sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2"), "boot");
	reboot(scene, "");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_FINE);
	g_assert_true(is_marked(scene));
}

static void test_death_of_the_good(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	const KpIdentity identity = { patch->name, patch->version, patch->sha256 };

	g_assert_true(kp_state_set_good(scene->state, SAMPLE_KVER, &identity, NULL));
	begin(scene, patch, "boot");
	begin(scene, patch, "boot");	/* the service was started again: it counts once */
	reboot(scene, "boot-2");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_FORGIVEN);
	g_assert_nonnull(strstr(g_ptr_array_index(scene->warnings, 0), "tried once more"));
	begin(scene, patch, "boot");
	reboot(scene, "boot-3");
	g_assert_cmpint(judge(scene), ==, KP_GUARD_BLOCK);
	g_assert_nonnull(strstr(g_ptr_array_index(scene->warnings, 0), "2 times"));
	g_assert_cmpuint(count_blocks(scene), ==, 1);
}

/* Between the two deaths there was a boot that went well. */
static void test_two_power_cuts(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	const KpIdentity identity = { patch->name, patch->version, patch->sha256 };

	g_assert_true(kp_state_set_good(scene->state, SAMPLE_KVER, &identity, NULL));
	for (int i = 0; i < 2; i++) {
		begin(scene, patch, "boot");
		reboot(scene, i == 0 ? "boot-2" : "boot-4");
		g_assert_cmpint(judge(scene), ==, KP_GUARD_FORGIVEN);
		begin(scene, patch, "boot");
		g_assert_true(kp_guard_end(scene->state, scene->host, NULL));
		reboot(scene, i == 0 ? "boot-3" : "boot-5");
	}
	g_assert_cmpuint(count_blocks(scene), ==, 0);
}

static void test_flag(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");

	g_assert_cmpint(kp_mark_age(scene->root), ==, -1);
	begin(scene, patch, "apply");
	g_assert_true(kp_mark_has_flag(scene->root));
	g_assert_false(kp_mark_is_by(scene->root, "boot"));
	g_assert_cmpint(kp_mark_age(scene->root), >=, 0);
	g_assert_cmpint(kp_mark_age(scene->root), <, 60);
	g_assert_true(kp_guard_end(scene->state, scene->host, NULL));
	g_assert_false(kp_mark_has_flag(scene->root));
	begin(scene, patch, "boot");
	g_assert_true(kp_mark_is_by(scene->root, "boot"));
	g_assert_false(kp_mark_is_by(scene->root, "boo"));
	/* an older program's */
	fixture_write(scene->root, "run/kpatch-attempt", "boot", -1);
	g_assert_true(kp_mark_is_by(scene->root, "boot"));
	g_assert_cmpint(kp_mark_age(scene->root), ==, -1);
}

/* Nobody would take the mark away: then none is made. */
static void test_no_flag(Scene *scene, gconstpointer data)
{
	const KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(KpAttempt) attempt = NULL;
	g_autoptr(GError) error = NULL;

	g_free(scene->host->root);
	scene->host->root = g_build_filename(scene->root, "nowhere", NULL);
	g_assert_false(kp_guard_begin(scene->state, scene->host, patch, "boot", &error));
	g_assert_nonnull(error);
	g_assert_true(kp_state_attempt(scene->state, SAMPLE_KVER, &attempt, NULL));
	g_assert_null(attempt);
}

static const KpIdentity core = { KP_CORE_NAME, "", "sum-of-the-core" };
static const KpIdentity other_core = { KP_CORE_NAME, "", "sum-of-another" };

static void test_core_death(Scene *scene, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	reboot(scene, "boot-a");
	g_assert_true(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
	reboot(scene, "boot-b");
	g_assert_false(kp_core_guard_begin(scene->state, scene->host, &core, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
	g_assert_nonnull(strstr(error->message, "release kpatch.ko"));
	/* another build of it may be tried */
	g_assert_true(kp_core_guard_begin(scene->state, scene->host, &other_core, NULL));
}

/* One that was loaded before is tried once more: it may have been the power. */
static void test_core_death_of_the_good(Scene *scene, gconstpointer data)
{
	reboot(scene, "boot-a");
	g_assert_true(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
	kp_core_guard_end(scene->state, scene->host, &core, TRUE);
	g_assert_true(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
	reboot(scene, "boot-b");
	g_assert_true(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
	reboot(scene, "boot-c");
	g_assert_false(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
}

/* Who loaded it was killed, and the machine rebooted in order. */
static void test_core_closed(Scene *scene, gconstpointer data)
{
	reboot(scene, "boot-a");
	g_assert_true(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
	g_assert_true(kp_mark_close(scene->root, SAMPLE_KVER, KP_MARK_CORE));
	reboot(scene, "boot-b");
	g_assert_true(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
	g_assert_cmpuint(count_blocks(scene), ==, 0);
}

/* The patch whose turn would have come next is not to blame. */
static void test_core_death_is_not_the_patch(Scene *scene, gconstpointer data)
{
	KpPatch *patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-1");
	KpPatch *newer = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GPtrArray) holds = NULL;
	g_autoptr(KpAttempt) died = NULL;

	reboot(scene, "boot-a");
	g_assert_true(kp_guard_begin(scene->state, scene->host, newer, "boot", NULL));
	g_assert_true(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
	reboot(scene, "boot-b");
	g_assert_cmpint(kp_guard_judge(scene->state, scene->host, TRUE, &died, scene->warnings),
			==, KP_GUARD_FINE);
	g_assert_null(died);
	g_assert_false(kp_core_guard_begin(scene->state, scene->host, &core, NULL));
	holds = kp_state_holds(scene->state, scene->host->kver, NULL);
	g_assert_cmpuint(holds->len, ==, 1);
	/* nor does the core module's block make us look for an older patch */
	g_assert_true(kp_guard_choose(scene->candidates->patches, holds,
				      kp_patch_sha256(patch), none, none) == newer);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		void (*run)(Scene *, gconstpointer);
	} rows[] = {
		{ "/guard/choose", test_choose },
		{ "/guard/choose-none", test_choose_none },
		{ "/guard/death", test_death },
		{ "/guard/second-death", test_second_death },
		{ "/guard/judged-twice", test_judged_twice },
		{ "/guard/proven-between", test_proven_between },
		{ "/guard/block-of-a-trial", test_block_of_a_trial },
		{ "/guard/closed", test_closed },
		{ "/guard/opened-again", test_opened_again },
		{ "/guard/blamed", test_blamed },
		{ "/guard/no-boot-id", test_no_boot_id },
		{ "/guard/death-of-the-good", test_death_of_the_good },
		{ "/guard/two-power-cuts", test_two_power_cuts },
		{ "/guard/flag", test_flag },
		{ "/guard/no-flag", test_no_flag },
		{ "/guard/core-death", test_core_death },
		{ "/guard/core-closed", test_core_closed },
		{ "/guard/core-death-of-the-good", test_core_death_of_the_good },
		{ "/guard/core-death-is-not-the-patch", test_core_death_is_not_the_patch },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_autofree char *path = g_strdup_printf("/guard/verdict/%s", rules[i].rule);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_verdict);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_test_add(rows[i].path, Scene, NULL, set_up, rows[i].run, tear_down);
	return g_test_run();
}
