/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/stream.h"
#include "sample.h"

static const struct {
	const char *name;
	const char *version;
	const char *stream;
} names[] = {
	{ "kpatch_site_1_2", "1-2", "kpatch_site" },
	{ "kpatch-site-1-2.ko", "1-2", "kpatch_site" },
	{ "kpatch_site_1_2", "1-2.el9", "kpatch_site" },
	{ "kpatch_site_1_2_el9", "1-2.el9", "kpatch_site" },
	{ "kpatch_site_1_2_rc1", "1-2~rc1", "kpatch_site" },
	{ "kpatch_5_14_0_362_8_1_1_2", "1-2", "kpatch_5_14_0_362_8_1" },
	/* the release is not in the name, or no word of its own there */
	{ "kpatch_site", "1-2", "kpatch_site" },
	{ "kpatch_site_11_2", "1-2", "kpatch_site_11_2" },
	{ "1_2", "1-2", "1_2" },
	{ "livepatch_sample", "livepatch_sample", "livepatch_sample" },
	{ "livepatch_sample", NULL, "livepatch_sample" },
	{ "klp_tc_7", "2024-1", "klp_tc_7" },
};

static void test_name(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *stream = kp_stream_name(names[i].name, names[i].version);

		g_assert_cmpstr(stream, ==, names[i].stream);
	}
	g_assert_true(kp_stream_same("kpatch_a_1_2", "1-2", "kpatch-a-1-10.ko", "1-10"));
	g_assert_true(kp_stream_same("vendor", "1-2", "vendor", "1-3"));
	g_assert_false(kp_stream_same("kpatch_a_1_2", "1-2", "kpatch_b_1_2", "1-2"));
}

typedef struct {
	KpCandidates *candidates;
	GPtrArray *live;
	GPtrArray *records;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
	scene->candidates = sample_candidates();
	scene->live = sample_lives();
	scene->records = g_ptr_array_new_with_free_func((GDestroyNotify)kp_record_free);
}

static void tear_down(Scene *scene, gconstpointer data)
{
	kp_candidates_free(scene->candidates);
	g_ptr_array_unref(scene->live);
	g_ptr_array_unref(scene->records);
}

/* A patch file called @name; @version may be its name. */
static KpPatch *file(Scene *scene, KpOrigin origin, const char *name, const char *version)
{
	KpPatch *patch = sample_patch(scene->candidates, origin, version);

	g_free(patch->name);
	patch->name = g_strdup(name);
	return patch;
}

/* The newest record of all comes last here. */
static void record(Scene *scene, const char *name, const char *version, const char *origin,
		   const char *result)
{
	KpRecord *record = g_new0(KpRecord, 1);

	record->name = g_strdup(name);
	record->version = g_strdup(version);
	record->origin = g_strdup(origin);
	record->result = g_strdup(result);
	g_ptr_array_insert(scene->records, 0, record);
}

static void expect_followed(Scene *scene, const char *wanted)
{
	g_autoptr(GPtrArray) followed = NULL;
	g_autoptr(GString) got = g_string_new(NULL);

	kp_stream_mark(scene->live, scene->candidates, scene->records, SAMPLE_KVER);
	followed = kp_stream_followed(scene->candidates->patches, scene->live, scene->records);
	for (guint i = 0; i < followed->len; i++)
		g_string_append_printf(got, "%s%s", i > 0 ? " " : "",
				       ((KpPatch *)g_ptr_array_index(followed, i))->name);
	g_assert_cmpstr(got->str, ==, wanted);
}

static void test_packages_first(Scene *scene, gconstpointer data)
{
	expect_followed(scene, "");
	file(scene, KP_ORIGIN_STORE, "kpatch_b_9_9", "9-9");
	expect_followed(scene, "kpatch_b_9_9");
	file(scene, KP_ORIGIN_PACKAGE, "livepatch_c", "livepatch_c");
	expect_followed(scene, "livepatch_c");
	file(scene, KP_ORIGIN_PACKAGE, "kpatch_a_1_2", "1-2");
	file(scene, KP_ORIGIN_STORE, "kpatch_a_1_1", "1-1");
	expect_followed(scene, "kpatch_a_1_2 kpatch_a_1_1");
}

static void test_what_is_live(Scene *scene, gconstpointer data)
{
	file(scene, KP_ORIGIN_PACKAGE, "kpatch_a_1_2", "1-2");
	file(scene, KP_ORIGIN_STORE, "kpatch_b_1_1", "1-1");
	sample_live(scene->live, "kpatch_b_1_1", "1-1", TRUE);
	record(scene, "kpatch_b_1_1", "1-1", "file", "done");
	expect_followed(scene, "kpatch_b_1_1");
	/* what is foreign leads nowhere */
	sample_live(scene->live, "livepatch_sample", "livepatch_sample", TRUE);
	expect_followed(scene, "kpatch_b_1_1");
	((KpLivePatch *)g_ptr_array_index(scene->live, 0))->enabled = FALSE;
	g_ptr_array_set_size(scene->records, 0);
	expect_followed(scene, "kpatch_a_1_2");
}

static void test_what_was_live(Scene *scene, gconstpointer data)
{
	file(scene, KP_ORIGIN_PACKAGE, "kpatch_a_1_2", "1-2");
	file(scene, KP_ORIGIN_STORE, "kpatch_b_1_1", "1-1");
	record(scene, "kpatch_b_1_1", "1-1", "file", "done");
	record(scene, "kpatch_a_1_2", "1-2", "package", "failed");
	expect_followed(scene, "kpatch_b_1_1");
	record(scene, "kpatch_gone_1_1", "1-1", "file", "done");
	expect_followed(scene, "kpatch_b_1_1");
	record(scene, "", "", "", "done");
	expect_followed(scene, "kpatch_a_1_2");
	record(scene, "kpatch_a_1_2", "1-2", "package", "done");
	expect_followed(scene, "kpatch_a_1_2");
}

static void test_successor(Scene *scene, gconstpointer data)
{
	KpLivePatch *live = sample_live(scene->live, "livepatch_a", "livepatch_a", TRUE);

	file(scene, KP_ORIGIN_STORE, "livepatch_a", "livepatch_a");
	record(scene, "livepatch_a", "livepatch_a", "package", "done");
	expect_followed(scene, "livepatch_a");
	file(scene, KP_ORIGIN_PACKAGE, "livepatch_b", "livepatch_b");
	expect_followed(scene, "livepatch_b");
	g_assert_true(live->succeeded);
	live->enabled = FALSE;
	expect_followed(scene, "livepatch_b");
	live->enabled = TRUE;
	/* loaded again from its copy it is what it was; from a file of his own it is not */
	record(scene, "livepatch_a", "livepatch_a", "store", "done");
	expect_followed(scene, "livepatch_b");
	record(scene, "livepatch_a", "livepatch_a", "file", "done");
	expect_followed(scene, "livepatch_a");
}

static void test_foreign(Scene *scene, gconstpointer data)
{
	KpLivePatch *live = sample_live(scene->live, "kpatch_a_1_1", "1-1", TRUE);

	kp_stream_mark(scene->live, scene->candidates, NULL, SAMPLE_KVER);
	g_assert_true(live->foreign);
	g_assert_null(kp_live_ours(scene->live));
	g_assert_true(kp_live_top(scene->live) == live);
	g_assert_false(kp_stream_is_packaged(live, scene->candidates, NULL));
	record(scene, "kpatch_a_1_1", "1-1", "file", "failed");
	kp_stream_mark(scene->live, scene->candidates, scene->records, SAMPLE_KVER);
	g_assert_true(live->foreign);
	record(scene, "kpatch_a_1_1", "1-1", "file", "done");
	kp_stream_mark(scene->live, scene->candidates, scene->records, SAMPLE_KVER);
	g_assert_false(live->foreign);
	g_assert_false(kp_stream_is_packaged(live, scene->candidates, scene->records));
	g_ptr_array_set_size(scene->records, 0);
	file(scene, KP_ORIGIN_PACKAGE, "kpatch_a_1_7", "1-7");
	kp_stream_mark(scene->live, scene->candidates, scene->records, SAMPLE_KVER);
	g_assert_false(live->foreign);
	g_assert_true(kp_stream_is_packaged(live, scene->candidates, scene->records));
	live->enabled = FALSE;
	g_ptr_array_set_size(scene->candidates->patches, 0);
	kp_stream_mark(scene->live, scene->candidates, scene->records, SAMPLE_KVER);
	g_assert_false(live->foreign);
}

/* A vendor's name for this very kernel. */
static void test_vendor_without_files(Scene *scene, gconstpointer data)
{
	KpLivePatch *live = sample_live(scene->live, "kpatch_5_14_0_362_8_1_1_2", "1-2", TRUE);

	kp_stream_mark(scene->live, scene->candidates, scene->records, "5.14.0-362.8.1.el9_3.x86_64");
	g_assert_false(live->foreign);
	kp_stream_mark(scene->live, scene->candidates, scene->records, "5.14.0-427.el9.x86_64");
	g_assert_true(live->foreign);
}

static void test_newest(Scene *scene, gconstpointer data)
{
	KpPatch *patch = file(scene, KP_ORIGIN_PACKAGE, "kpatch_a_1_2", "1-2");
	KpLivePatch *old;

	sample_live(scene->live, "livepatch_9_9", "9-9", TRUE);
	g_assert_null(kp_stream_newest(scene->live, patch));
	old = sample_live(scene->live, "kpatch_a_1_1", "1-1", TRUE);
	g_assert_true(kp_stream_newest(scene->live, patch) == old);
	sample_live(scene->live, "kpatch_a_1_3", "1-3", TRUE);
	g_assert_cmpstr(kp_stream_newest(scene->live, patch)->version, ==, "1-3");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		void (*run)(Scene *, gconstpointer);
	} rows[] = {
		{ "/stream/packages-first", test_packages_first },
		{ "/stream/what-is-live", test_what_is_live },
		{ "/stream/what-was-live", test_what_was_live },
		{ "/stream/successor", test_successor },
		{ "/stream/foreign", test_foreign },
		{ "/stream/vendor-without-files", test_vendor_without_files },
		{ "/stream/newest", test_newest },
	};

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stream/name", test_name);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_test_add(rows[i].path, Scene, NULL, set_up, rows[i].run, tear_down);
	return g_test_run();
}
