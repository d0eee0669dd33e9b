/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kpatch command on trees of files: what it prints byte for byte, what it
 * puts where, and its exit codes. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/compat.h"
#include "fixture.h"
#include "live/install.h"
#include "live/unload.h"
#include "sample.h"

#define KVER SAMPLE_KVER
#define STORE "/var/lib/kpatch"

/* Runs kpatch with the words of @line below @root; what it printed, both
 * streams, goes to *@text. Returns the exit code. */
static int run(const char *root, char **text, const char *line)
{
	g_autofree char *words = g_strdup_printf("kpatch --root %s%s%s", root,
						  *line != '\0' ? " " : "", line);
	g_auto(GStrv) argv = g_strsplit(words, " ", -1);
	g_autofree char *file = NULL;
	KpOptions options = { 0 };
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	int fd = g_file_open_tmp("kpatch-unit-XXXXXX", &file, NULL);
	int code;

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	code = kp_compat_main(argv, &options);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	close(fd);
	g_assert_true(g_file_get_contents(file, text, NULL, NULL));
	unlink(file);
	kp_options_clear(&options);
	return code;
}

static void expect(const char *root, int wanted, const char *shown, const char *line)
{
	g_autofree char *text = NULL;
	int code = run(root, &text, line);

	if (code != wanted || strstr(text, shown) == NULL)
		g_test_message("kpatch %s: %d, %s", line, code, text);
	g_assert_cmpint(code, ==, wanted);
	g_assert_nonnull(strstr(text, shown));
}

static gboolean exists(const char *root, const char *path)
{
	g_autofree char *full = g_build_filename(root, path, NULL);

	return g_file_test(full, G_FILE_TEST_EXISTS);
}

static char *new_root(void)
{
	char *root = fixture_folder();

	fixture_machine(root, KVER);
	return root;
}

static void test_name(void)
{
	g_assert_true(kp_compat_is_meant("kpatch"));
	g_assert_true(kp_compat_is_meant("/usr/sbin/kpatch"));
	g_assert_false(kp_compat_is_meant("/usr/sbin/kpatch-manager"));
	g_assert_false(kp_compat_is_meant(NULL));
}

static void test_list_empty(void)
{
	char *root = new_root();
	g_autofree char *text = kp_compat_list_text(root, NULL);

	g_assert_cmpstr(text, ==, "Loaded patch modules:\n\nInstalled patch modules:\n");
	fixture_remove(root);
}

static void test_list(void)
{
	char *root = new_root();
	g_autofree char *text = NULL;

	fixture_live(root, "livepatch", "kpatch_b", "1-1", TRUE);
	fixture_write(root, "sys/kernel/livepatch/kpatch_b/transition", "1\n", -1);
	fixture_live(root, "livepatch", "kpatch_a", "1-1", FALSE);
	fixture_write(root, "sys/kernel/livepatch/kpatch_a/transition", "1\n", -1);
	fixture_live(root, "kpatch", "kpatch_c", "1-1", TRUE);
	fixture_live(root, "kpatch", "kpatch_d", "1-1", FALSE);
	/* a livepatch that was replaced: its module is all there is */
	fixture_write(root, "proc/modules", "kpatch_e 16384 0 - Live 0x0000000000000000 (OEK)\n", -1);
	fixture_patch(root, "usr/lib/kpatch", KVER, "1-1");
	fixture_patch(root, "usr/lib/kpatch", KVER, "1-2");
	fixture_patch(root, "var/lib/kpatch", KVER, "1-2");
	fixture_patch(root, "var/lib/kpatch", "6.12.1", "3-1");
	text = kp_compat_list_text(root, NULL);
	g_assert_cmpstr(text, ==,
			"Loaded patch modules:\n"
			"kpatch_a [disabling...]\n"
			"kpatch_b [enabling...]\n"
			"kpatch_c [enabled]\n"
			"kpatch_d [disabled]\n"
			"\n"
			"Installed patch modules:\n"
			"kpatch_test_1_1 (" KVER ")\n"
			"kpatch_test_1_2 (" KVER ")\n"
			"kpatch_test_3_1 (6.12.1)\n");
	fixture_remove(root);
}

/* Two words a line, whatever lies around. */
static void test_list_extra_files(void)
{
	static const char *const extra[] = {
		"var/lib/kpatch/state.db", "var/lib/kpatch/notes.ko",
		"var/lib/kpatch/" KVER "/README", "var/lib/kpatch/" KVER "/.staged",
		"var/lib/kpatch/" KVER "/two words.ko", "var/lib/kpatch/" KVER "/new\nline.ko",
		"var/lib/kpatch/" KVER "/.hidden.ko", "var/lib/kpatch/" KVER "/a.ko;5f3a",
		"var/lib/kpatch/" KVER "/folder.ko/x", "usr/lib/kpatch/" KVER "/kpatch.ko",
		"var/lib/kpatch/bad name/x.ko",
	};
	char *root = new_root();
	g_autofree char *text = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(extra); i++)
		fixture_write(root, extra[i], "x", -1);
	fixture_patch(root, "var/lib/kpatch", KVER, "1-1");
	text = kp_compat_list_text(root, NULL);
	g_assert_cmpstr(text, ==, "Loaded patch modules:\n\nInstalled patch modules:\n"
			"kpatch_test_1_1 (" KVER ")\n");
	fixture_remove(root);
}

static void test_usage(void)
{
	static const char *const lines[] = {
		"frobnicate", "install", "load", "load a.ko b.ko", "load --all a.ko", "list x",
		"load -k 6.1 a.ko", "install -k", "install -k ../../etc a.ko", "--root /no/such list",
		"uninstall --al a.ko",
	};
	char *root = new_root();

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
		expect(root, 1, "kpatch help", lines[i]);
	expect(root, 1, "usage: kpatch", "");
	expect(root, 0, "usage: kpatch", "help");
	expect(root, 0, "usage: kpatch", "--help");
	expect(root, 0, "usage: kpatch", "load --help");
	expect(root, 0, KP_COMPAT_VERSION "\n", "version");
	expect(root, 0, KP_COMPAT_VERSION "\n", "--version");
	fixture_remove(root);
}

static void test_install(void)
{
	char *root = new_root();
	g_autofree char *given = g_strdup_printf("%s/given/" KVER "/kpatch-test-1-1.ko", root);
	g_autofree char *line = g_strdup_printf("install -k " KVER " %s", given);
	g_autofree char *unnamed = g_strdup_printf("install %s", given);
	g_autofree char *full = g_strdup_printf("install --kernel-version=" KVER " %s", given);
	struct stat st;

	fixture_patch(root, "given", KVER, "1-1");
	expect(root, 0, "installing ", line);
	/* as packages' scriptlets expect it there */
	g_assert_true(exists(root, STORE "/" KVER "/kpatch-test-1-1.ko"));
	g_assert_false(exists(root, STORE "/" KVER "/.staged"));
	g_free(given);
	given = g_build_filename(root, STORE, KVER, "kpatch-test-1-1.ko", NULL);
	g_assert_cmpint(stat(given, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 07777, ==, 0644);
	expect(root, 0, "already installed", line);
	expect(root, 0, "already installed", unnamed);
	expect(root, 0, "already installed", full);
	/* the name counts, however it is written */
	expect(root, 0, "uninstalling kpatch_test_1_1 (" KVER ")",
	       "uninstall -k " KVER " kpatch_test_1_1");
	g_assert_false(exists(root, STORE "/" KVER));
	expect(root, 1, "kpatch_test_1_1.ko is not installed for kernel " KVER,
	       "uninstall kpatch_test_1_1.ko");
	fixture_remove(root);
}

/* What apply kept, under its own spelling, does not lie there twice. */
static void test_install_spelling(void)
{
	char *root = new_root();
	g_autofree char *line = g_strdup_printf("install %s/given/" KVER "/kpatch-test-1-1.ko", root);

	fixture_patch(root, "given", KVER, "1-1");
	fixture_write(root, STORE "/" KVER "/kpatch_test_1_1.ko", "old", -1);
	expect(root, 0, "installing ", line);
	g_assert_true(exists(root, STORE "/" KVER "/kpatch-test-1-1.ko"));
	g_assert_false(exists(root, STORE "/" KVER "/kpatch_test_1_1.ko"));
	fixture_remove(root);
}

static void test_install_refused(void)
{
	char *root = new_root();
	g_autofree char *other = g_strdup_printf("install %s/given/6.9.9/kpatch-test-1-1.ko", root);
	g_autofree char *text = g_strdup_printf("install %s/given/text.ko", root);
	g_autofree char *name = g_strdup_printf("install %s/given/text", root);

	fixture_patch(root, "given", "6.9.9", "1-1");
	fixture_write(root, "given/text.ko", "text", -1);
	fixture_write(root, "given/text", "text", -1);
	expect(root, 1, "invalid module version 6.9.9 for kernel " KVER, other);
	expect(root, 1, "text.ko", text);
	expect(root, 1, "text isn't a .ko file", name);
	expect(root, 1, "none.ko doesn't exist", "install none.ko");
	g_assert_false(exists(root, STORE "/" KVER));
	expect(root, 1, "without path", "uninstall ./kpatch.ko");
	expect(root, 1, "is not installed", "uninstall ..");
	fixture_remove(root);
}

static void test_find(void)
{
	char *root = new_root();
	g_autofree char *kept = NULL, *packaged = NULL, *none = NULL;

	fixture_patch(root, "usr/lib/kpatch", KVER, "1-1");
	packaged = kp_installed_find(root, KVER, "kpatch_test_1_1", NULL);
	g_assert_true(g_str_has_suffix(packaged, "/usr/lib/kpatch/" KVER "/kpatch-test-1-1.ko"));
	fixture_patch(root, "var/lib/kpatch", KVER, "1-1");
	kept = kp_installed_find(root, KVER, "kpatch-test-1_1.ko", NULL);
	g_assert_true(g_str_has_suffix(kept, STORE "/" KVER "/kpatch-test-1-1.ko"));
	none = kp_installed_find(root, KVER, "kpatch_test", NULL);
	g_assert_null(none);
	expect(root, 1, "can't find kpatch_test", "info kpatch_test");
	fixture_remove(root);
}

/* unload takes out what it is told to, and holds nothing. */
static void test_unload_plan(void)
{
	g_autoptr(GPtrArray) live = sample_lives();
	g_autoptr(KpPlan) one = NULL, all = NULL, none = NULL;

	sample_live(live, "kpatch_1_2", "1-2", TRUE);
	sample_live(live, "kpatch_1_1", "1-1", FALSE);
	one = kp_plan_unload(live, "kpatch-1-2.ko");
	g_assert_cmpuint(one->steps->len, ==, 2);
	g_assert_cmpint(g_array_index(one->steps, KpStep, 0).kind, ==, KP_STEP_DISABLE);
	g_assert_cmpint(g_array_index(one->steps, KpStep, 1).kind, ==, KP_STEP_REMOVE);
	all = kp_plan_unload(live, NULL);
	g_assert_cmpuint(all->steps->len, ==, 3);
	none = kp_plan_unload(live, "kpatch_1");
	g_assert_cmpuint(none->steps->len, ==, 0);
}

/* load is for this boot: no copy is kept. */
static void test_load_plan(void)
{
	g_autoptr(KpCandidates) candidates = sample_candidates();
	const KpPatch *patch = sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-1");
	g_autoptr(KpHost) host = sample_host();
	g_autoptr(GPtrArray) live = sample_lives();
	g_autoptr(KpPlan) plan = kp_plan_apply(host, candidates, live, patch);
	guint before = plan->steps->len;

	kp_plan_drop_keep(plan);
	g_assert_cmpuint(plan->steps->len, ==, before - 1);
	for (guint i = 0; i < plan->steps->len; i++)
		g_assert_cmpint(g_array_index(plan->steps, KpStep, i).kind, !=, KP_STEP_KEEP);
}

/* A module without a version is known by its name where others are too, and has
 * no place in the order where all have versions. */
static void test_live_without_version(void)
{
	const FixtureModule module = { .name = "kpatch_old_1_7", .kver = KVER, .livepatch = TRUE };
	char *root = new_root();
	g_autoptr(GBytes) bytes = fixture_module(&module);
	g_autoptr(KpCandidates) versioned = NULL, mixed = NULL;
	g_autoptr(GPtrArray) alone = NULL, beside = NULL;

	fixture_write(root, "sys/kernel/livepatch/kpatch_old_1_8/enabled", "1\n", -1);
	fixture_patch(root, "var/lib/kpatch", KVER, "1-1");
	versioned = kp_store_scan(root, KVER);
	alone = kp_live_read(root, versioned);
	g_assert_null(kp_live_top(alone)->version);
	fixture_write(root, "var/lib/kpatch/" KVER "/kpatch-old-1-7.ko",
		      g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
	mixed = kp_store_scan(root, KVER);
	beside = kp_live_read(root, mixed);
	g_assert_cmpstr(kp_live_top(beside)->version, ==, "kpatch_old_1_8");
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/compat/name", test_name);
	g_test_add_func("/compat/list-empty", test_list_empty);
	g_test_add_func("/compat/list", test_list);
	g_test_add_func("/compat/list-extra-files", test_list_extra_files);
	g_test_add_func("/compat/usage", test_usage);
	g_test_add_func("/compat/install", test_install);
	g_test_add_func("/compat/install-spelling", test_install_spelling);
	g_test_add_func("/compat/install-refused", test_install_refused);
	g_test_add_func("/compat/find", test_find);
	g_test_add_func("/compat/unload-plan", test_unload_plan);
	g_test_add_func("/compat/load-plan", test_load_plan);
	g_test_add_func("/compat/live-without-version", test_live_without_version);
	return g_test_run();
}
