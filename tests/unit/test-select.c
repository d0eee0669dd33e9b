/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/select.h"
#include "sample.h"

/* One row per rule: what lies there, what is held, what is to be chosen. */
static const struct {
	const char *rule;
	const char *packages[4];
	const char *store[4];
	const char *held[4];
	const char *best;	/* "origin:version", NULL: none */
} rules[] = {
	{ "nothing there", { NULL }, { NULL }, { NULL }, NULL },
	{ "the only one", { "1-1" }, { NULL }, { NULL }, "package:1-1" },
	{ "newest wins", { "1-1", "1-3", "1-2" }, { NULL }, { NULL }, "package:1-3" },
	{ "1-10 is newer than 1-9", { "1-10", "1-9" }, { NULL }, { NULL }, "package:1-10" },
	{ "package wins over its copy", { "1-2" }, { "1-2", "1-1" }, { NULL }, "package:1-2" },
	{ "store when the package is gone", { NULL }, { "1-1", "1-2" }, { NULL }, "store:1-2" },
	{ "newer copy than package", { "1-1" }, { "1-2" }, { NULL }, "store:1-2" },
	{ "held stays away", { "1-2" }, { "1-1", "1-2" }, { "1-2" }, "store:1-1" },
	{ "newer than the held one", { "1-3" }, { "1-1", "1-2" }, { "1-2" }, "package:1-3" },
	{ "all held", { "1-2" }, { "1-1" }, { "1-2", "1-1" }, NULL },
};

static void test_best(gconstpointer data)
{
	gsize row = GPOINTER_TO_SIZE(data);
	g_autoptr(KpCandidates) candidates = sample_candidates();
	g_autoptr(GPtrArray) holds = sample_holds();
	g_autoptr(KpChoice) choice = NULL;
	g_autofree char *got = NULL;

	for (const char *const *v = rules[row].packages; *v != NULL; v++)
		sample_patch(candidates, KP_ORIGIN_PACKAGE, *v);
	for (const char *const *v = rules[row].store; *v != NULL; v++)
		sample_patch(candidates, KP_ORIGIN_STORE, *v);
	for (const char *const *v = rules[row].held; *v != NULL; v++)
		sample_hold(holds, kp_select_named(candidates->patches, *v));
	choice = kp_select_best(candidates->patches, holds);
	if (choice->patch != NULL)
		got = g_strdup_printf("%s:%s", choice->patch->origin == KP_ORIGIN_STORE ?
				      "store" : "package", choice->patch->version);
	g_assert_cmpstr(got, ==, rules[row].best);
	g_assert_cmpuint(choice->reasons->len, ==, g_strv_length((char **)rules[row].held));
}

static void test_hold_of_rebuilt(void)
{
	g_autoptr(KpCandidates) candidates = sample_candidates();
	g_autoptr(GPtrArray) holds = sample_holds();
	KpPatch *patch = sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-2");

	sample_hold(holds, patch);
	g_free(patch->sha256);
	patch->sha256 = g_strdup("built once more");
	g_assert_nonnull(kp_hold_of(holds, patch));
	g_free(patch->version);
	patch->version = g_strdup("1-3");
	g_assert_null(kp_hold_of(holds, patch));
	g_free(patch->sha256);
	patch->sha256 = g_strdup("sum-of-1-2");
	g_assert_nonnull(kp_hold_of(holds, patch));
	g_free(patch->kver);
	patch->kver = g_strdup("6.12.1");
	g_assert_null(kp_hold_of(holds, patch));
}

/* What was found bad is the content: built once more it may be good. */
static void test_block(void)
{
	g_autoptr(KpCandidates) candidates = sample_candidates();
	g_autoptr(GPtrArray) holds = sample_holds();
	KpPatch *patch = sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-2");

	sample_hold(holds, patch);
	((KpHold *)g_ptr_array_index(holds, 0))->kind = KP_HOLD_BLOCKED;
	g_assert_nonnull(kp_hold_of(holds, patch));
	sample_hold(holds, patch);
	g_assert_cmpint(kp_hold_of(holds, patch)->kind, ==, KP_HOLD_BLOCKED);
	g_ptr_array_remove_index(holds, 1);
	g_free(patch->sha256);
	patch->sha256 = g_strdup("built once more");
	g_assert_null(kp_hold_of(holds, patch));
}

static void test_named(void)
{
	static const char *const spellings[] = { "1-2", "kpatch-1-2", "kpatch_1_2.ko",
						 "kpatch-1-2.ko" };
	g_autoptr(KpCandidates) candidates = sample_candidates();
	KpPatch *wanted;

	sample_patch(candidates, KP_ORIGIN_STORE, "1-2");
	wanted = sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-2");
	sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-3");
	for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++)
		g_assert_true(kp_select_named(candidates->patches, spellings[i]) == wanted);
	g_assert_null(kp_select_named(candidates->patches, "1"));
	g_assert_null(kp_select_named(candidates->patches, "kpatch-1"));
}

static const char *previous(KpCandidates *candidates, GPtrArray *holds, const char *live)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new(), lives = sample_lives();
	g_autofree char *name = g_strdelimit(g_strdup_printf("kpatch_%s", live), "-", '_');
	const KpPatch *found = kp_select_previous(candidates->patches, holds,
						  sample_live(lives, name, live, TRUE), none);

	return found != NULL ? found->version : NULL;
}

static void test_previous(void)
{
	g_autoptr(KpCandidates) candidates = sample_candidates();
	g_autoptr(GPtrArray) holds = sample_holds();
	KpPatch *second;

	sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-4");
	sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-2");
	sample_patch(candidates, KP_ORIGIN_STORE, "1-1");
	second = sample_patch(candidates, KP_ORIGIN_STORE, "1-3");
	sample_patch(candidates, KP_ORIGIN_STORE, "1-4");
	/* 1-2 was never applied: no copy of it */
	g_assert_cmpstr(previous(candidates, holds, "1-4"), ==, "1-3");
	g_assert_cmpstr(previous(candidates, holds, "1-3"), ==, "1-1");
	g_assert_cmpstr(previous(candidates, holds, "1-1"), ==, NULL);
	sample_hold(holds, second);
	g_assert_cmpstr(previous(candidates, holds, "1-4"), ==, "1-1");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_autofree char *path = g_strdup_printf("/select/best/%s", rules[i].rule);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_best);
	}
	g_test_add_func("/select/hold-of-rebuilt", test_hold_of_rebuilt);
	g_test_add_func("/select/block", test_block);
	g_test_add_func("/select/named", test_named);
	g_test_add_func("/select/previous", test_previous);
	return g_test_run();
}
