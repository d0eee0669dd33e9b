/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "live/host.h"
#include "live/live.h"
#include "live/store.h"

#define KVER "6.1.0-56-amd64"

static void test_scan(void)
{
	char *root = fixture_folder();
	g_autoptr(KpCandidates) found = NULL;
	const KpPatch *patch;

	fixture_patch(root, KP_STORE_FOLDER, KVER, "1-1");
	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "1-10");
	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "1-9");
	fixture_patch(root, KP_PACKAGE_FOLDER, "6.12.1", "2-1");
	found = kp_store_scan(root, KVER);
	g_assert_cmpuint(found->problems->len, ==, 0);
	g_assert_cmpuint(found->patches->len, ==, 3);
	patch = g_ptr_array_index(found->patches, 0);
	g_assert_cmpstr(patch->version, ==, "1-9");
	g_assert_cmpint(patch->origin, ==, KP_ORIGIN_PACKAGE);
	patch = g_ptr_array_index(found->patches, 2);
	g_assert_cmpint(patch->origin, ==, KP_ORIGIN_STORE);
	fixture_remove(root);
}

static void test_nothing(void)
{
	char *root = fixture_folder();
	g_autoptr(KpCandidates) found = kp_store_scan(root, KVER);

	g_assert_cmpuint(found->patches->len + found->problems->len, ==, 0);
	fixture_remove(root);
}

/* What is no patch is passed over; what pretends to be one is named. */
static void test_odd_entries(void)
{
	char *root = fixture_folder();
	g_autofree char *folder = g_build_filename(root, KP_PACKAGE_FOLDER, KVER, NULL);
	g_autofree char *link = g_build_filename(folder, "link.ko", NULL);
	g_autofree char *other = g_build_filename(root, KP_PACKAGE_FOLDER, "6.12.1",
						  "kpatch-test-2-1.ko", NULL);
	g_autofree char *moved = g_build_filename(folder, "kpatch-test-2-1.ko", NULL);
	g_autoptr(KpCandidates) found = NULL;

	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "1-1");
	fixture_patch(root, KP_PACKAGE_FOLDER, "6.12.1", "2-1");
	g_assert_cmpint(rename(other, moved), ==, 0);
	fixture_write(folder, "README", "x", -1);
	fixture_write(folder, "kpatch.ko", "x", -1);
	fixture_write(folder, "kpatch-test-1-2.ko;5f3a", "x", -1);
	fixture_write(folder, "bad.ko", "x", -1);
	g_assert_cmpint(symlink("kpatch-test-1-1.ko", link), ==, 0);
	found = kp_store_scan(root, KVER);
	g_assert_cmpuint(found->patches->len, ==, 1);
	g_assert_cmpuint(found->problems->len, ==, 3);
	g_assert_nonnull(strstr(g_ptr_array_index(found->problems, 0), "bad.ko"));
	g_assert_nonnull(strstr(g_ptr_array_index(found->problems, 1), "for kernel 6.12.1"));
	g_assert_nonnull(strstr(g_ptr_array_index(found->problems, 2), "symbolic link"));
	fixture_remove(root);
}

static void test_keep(void)
{
	char *root = fixture_folder();
	g_autoptr(KpCandidates) before = NULL, after = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *copy = g_build_filename(root, KP_STORE_FOLDER, KVER,
						 "kpatch_test_1_1.ko", NULL);
	struct stat st;
	const KpPatch *patch;

	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "1-1");
	before = kp_store_scan(root, KVER);
	patch = g_ptr_array_index(before->patches, 0);
	g_assert_false(kp_store_has(before, patch));
	/* the descriptor counts, whatever becomes of the path */
	g_assert_cmpint(unlink(patch->path), ==, 0);
	g_assert_true(kp_store_keep(root, patch, &error));
	g_assert_no_error(error);
	g_assert_cmpint(stat(copy, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 07777, ==, 0644);
	after = kp_store_scan(root, KVER);
	g_assert_cmpuint(after->problems->len, ==, 0);
	g_assert_true(kp_store_has(after, patch));
	fixture_remove(root);
}

static void test_keep_fails(void)
{
	char *root = fixture_folder();
	g_autoptr(KpCandidates) before = NULL;
	g_autoptr(GError) error = NULL;

	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "1-1");
	fixture_write(root, "var/lib/kpatch", "a file where a folder should be", -1);
	before = kp_store_scan(root, KVER);
	g_assert_false(kp_store_keep(root, g_ptr_array_index(before->patches, 0), &error));
	g_assert_nonnull(strstr(error->message, "cannot keep a copy"));
	fixture_remove(root);
}

static void test_prune(void)
{
	static const char *const versions[] = { "1-1", "1-2", "1-9", "1-10" };
	char *root = fixture_folder();
	g_autoptr(KpCandidates) all = NULL, left = NULL;
	const char *spared[] = { NULL, NULL };
	const char *const none[] = { NULL };
	const KpPatch *oldest;

	for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
		fixture_patch(root, KP_STORE_FOLDER, KVER, versions[i]);
	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "0-1");
	all = kp_store_scan(root, KVER);
	oldest = g_ptr_array_index(all->patches, 1);
	g_assert_cmpstr(oldest->version, ==, "1-1");
	spared[0] = kp_patch_sha256(oldest);
	kp_store_prune(root, KVER, 2, none, spared);
	left = kp_store_scan(root, KVER);
	/* the package's, the two newest copies, and the one that must stay */
	g_assert_cmpuint(left->patches->len, ==, 4);
	g_assert_true(kp_store_has(left, oldest));
	fixture_remove(root);
}

/* What was tried by hand is counted by itself. */
static void test_prune_apart(void)
{
	static const char *const versions[] = { "1-1", "1-2", "2-1", "2-2", "2-3" };
	char *root = fixture_folder();
	g_autoptr(KpCandidates) all = NULL, left = NULL;
	const char *apart[4] = { NULL };
	const char *const none[] = { NULL };

	for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
		fixture_patch(root, KP_STORE_FOLDER, KVER, versions[i]);
	all = kp_store_scan(root, KVER);
	for (guint i = 0; i < 3; i++)
		apart[i] = kp_patch_sha256(g_ptr_array_index(all->patches, i + 2));
	kp_store_prune(root, KVER, 2, apart, none);
	left = kp_store_scan(root, KVER);
	g_assert_cmpuint(left->patches->len, ==, 4);
	g_assert_true(kp_store_has(left, g_ptr_array_index(all->patches, 0)));
	g_assert_true(kp_store_has(left, g_ptr_array_index(all->patches, 1)));
	g_assert_false(kp_store_has(left, g_ptr_array_index(all->patches, 2)));
	fixture_remove(root);
}

static void test_kernels(void)
{
	char *root = fixture_folder();
	g_autoptr(GPtrArray) kernels = NULL;

	fixture_patch(root, KP_PACKAGE_FOLDER, "6.12.1", "1-1");
	fixture_patch(root, KP_STORE_FOLDER, "6.12.1", "1-1");
	fixture_patch(root, KP_STORE_FOLDER, KVER, "1-1");
	fixture_write(root, KP_STORE_FOLDER "/state.db", "", 0);
	kernels = kp_store_kernels(root, NULL);
	g_assert_cmpuint(kernels->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(kernels, 0), ==, KVER);
	fixture_remove(root);
}

static void test_host(void)
{
	char *root = fixture_folder();
	g_autoptr(KpHost) none = kp_host_read(root);
	g_autoptr(KpHost) host = NULL;

	g_assert_null(none->kver);
	fixture_machine(root, KVER);
	fixture_live(root, "kpatch", "kpatch_test_1_1", "1-1", TRUE);
	host = kp_host_read(root);
	g_assert_cmpstr(host->kver, ==, KVER);
	g_assert_cmpstr(host->boot_id, ==, "boot-1");
	g_assert_true(host->has_core);
	g_assert_false(host->has_livepatch);
	g_assert_false(host->ftrace_off);
	g_assert_false(host->is_machine);
	fixture_remove(root);
}

static void test_cmdline(void)
{
	g_assert_true(kp_cmdline_disables("quiet kpatch.enable=0"));
	g_assert_true(kp_cmdline_disables("kpatch.enable=1 kpatch.enable=0 quiet"));
	g_assert_false(kp_cmdline_disables("kpatch.enable=0 kpatch.enable=1"));
	g_assert_false(kp_cmdline_disables("xkpatch.enable=0 kpatch.enable=01"));
	g_assert_false(kp_cmdline_disables(""));
}

static void test_live(void)
{
	char *root = fixture_folder();
	g_autoptr(KpCandidates) candidates = NULL;
	g_autoptr(GPtrArray) live = NULL;
	const KpLivePatch *entry;

	fixture_live(root, "livepatch", "kpatch_test_1_2", "1-2\n", TRUE);
	fixture_write(root, "sys/kernel/livepatch/kpatch_test_1_2/transition", "1\n", -1);
	fixture_live(root, "kpatch", "old", "9-9", FALSE);
	/* replaced by livepatch: out of its folder, still a module */
	fixture_write(root, "sys/module/kpatch_test_1_1/version", "1-1\n", -1);
	fixture_patch(root, KP_STORE_FOLDER, KVER, "1-1");
	/* no patch, and merely named like one: nobody may remove it */
	fixture_write(root, "sys/module/kpatch_test_1_3/taint", "OE\n", -1);
	fixture_patch(root, KP_STORE_FOLDER, KVER, "1-3");
	candidates = kp_store_scan(root, KVER);
	live = kp_live_read(root, candidates);
	g_assert_cmpuint(live->len, ==, 3);
	entry = kp_live_top(live);
	g_assert_cmpstr(entry->name, ==, "kpatch_test_1_2");
	g_assert_cmpstr(entry->version, ==, "1-2");
	g_assert_cmpint(entry->backend, ==, KP_BACKEND_LIVEPATCH);
	g_assert_true(entry->transition);
	entry = kp_live_find(live, "kpatch-test-1-1.ko");
	g_assert_nonnull(entry);
	g_assert_false(entry->enabled);
	g_assert_null(kp_live_find(live, "kpatch-test-1-3"));
	fixture_remove(root);
}

/* A module that patches nothing any more, and whose file is gone. */
static void test_leftover(void)
{
	char *root = fixture_folder();
	g_autoptr(GPtrArray) live = NULL;

	fixture_live(root, "livepatch", "kpatch_test_1_2", "1-2\n", TRUE);
	fixture_write(root, "proc/modules",
		      "kpatch 65536 0 - Live 0xffffffffc0000000 (OE)\n"
		      "kpatch_test_1_2 16384 1 - Live 0xffffffffc0000000 (OEK)\n"
		      "kpatch_old 16384 0 - Live 0xffffffffc0000000 (OEK)\n"
		      "Kpatchless 16384 0 - Live 0xffffffffc0000000\n", -1);
	live = kp_live_read(root, NULL);
	g_assert_cmpuint(live->len, ==, 2);
	g_assert_cmpstr(((KpLivePatch *)g_ptr_array_index(live, 1))->name, ==, "kpatch_old");
	g_assert_false(((KpLivePatch *)g_ptr_array_index(live, 1))->enabled);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/scan", test_scan);
	g_test_add_func("/store/nothing", test_nothing);
	g_test_add_func("/store/odd-entries", test_odd_entries);
	g_test_add_func("/store/keep", test_keep);
	g_test_add_func("/store/keep-fails", test_keep_fails);
	g_test_add_func("/store/prune", test_prune);
	g_test_add_func("/store/prune-apart", test_prune_apart);
	g_test_add_func("/store/kernels", test_kernels);
	g_test_add_func("/host/facts", test_host);
	g_test_add_func("/host/cmdline", test_cmdline);
	g_test_add_func("/live/read", test_live);
	g_test_add_func("/live/leftover", test_leftover);
	return g_test_run();
}
