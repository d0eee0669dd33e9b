/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "base/root.h"
#include "fixture.h"
#include "live/early.h"
#include "sample.h"

/* digests have 64 digits */
#define FIRST "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER "2222222222222222222222222222222222222222222222222222222222222222"

static void prove(KpState *state, const KpPatch *patch)
{
	const KpIdentity identity = { patch->name, patch->version, patch->sha256 };

	g_assert_true(kp_state_set_good(state, SAMPLE_KVER, &identity, NULL));
}

static void test_choose(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	g_autoptr(KpCandidates) candidates = sample_candidates();
	g_autoptr(GPtrArray) holds = sample_holds();
	KpPatch *first = sample_patch(candidates, KP_ORIGIN_STORE, "1-1");
	KpPatch *second = sample_patch(candidates, KP_ORIGIN_STORE, "1-2");

	sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-3");
	g_assert_null(kp_early_choose(candidates->patches, holds, NULL, SAMPLE_KVER));
	g_assert_null(kp_early_choose(candidates->patches, holds, state, SAMPLE_KVER));
	prove(state, second);
	prove(state, first);
	/* 1-3 is newer, and never went well */
	g_assert_true(kp_early_choose(candidates->patches, holds, state, SAMPLE_KVER) == second);
	sample_hold(holds, second);
	g_assert_true(kp_early_choose(candidates->patches, holds, state, SAMPLE_KVER) == first);
	g_assert_null(kp_early_choose(candidates->patches, holds, state, "6.12.117+deb12-amd64"));
	fixture_remove(root);
}

/* The firmware has variables, or not; the initramfs has /run. */
static char *machine(gboolean efi, const char *cmdline)
{
	char *root = fixture_folder();

	fixture_write(root, "run/x", "", 0);
	fixture_write(root, "proc/cmdline", cmdline, -1);
	if (efi)
		fixture_write(root, "sys/firmware/efi/efivars/x", "", 0);
	return root;
}

/* Another boot begins. */
static void reboot(const char *root)
{
	g_autofree char *flag = kp_root_path(root, KP_EARLY_FLAG);

	g_assert_cmpint(g_unlink(flag), ==, 0);
}

static void refused(const char *root, const char *sha256, KpErrorCode code)
{
	g_autoptr(GError) error = NULL;

	g_assert_false(kp_early_begin(root, sha256, &error));
	g_assert_error(error, KP_ERROR, (int)code);
}

static void test_death(void)
{
	char *root = machine(TRUE, "quiet");
	g_autofree char *died = NULL;

	g_assert_true(kp_early_begin(root, FIRST, NULL));
	g_assert_null(kp_early_died(root));
	/* the hook ran twice in one boot */
	g_assert_true(kp_early_begin(root, FIRST, NULL));
	reboot(root);
	refused(root, FIRST, KP_ERROR_REFUSED);
	died = kp_early_died(root);
	g_assert_cmpstr(died, ==, FIRST);
	/* kpatch.service leaves the note of another boot alone */
	g_assert_true(kp_early_end(root, NULL));
	refused(root, FIRST, KP_ERROR_REFUSED);
	/* another image, another patch */
	g_assert_true(kp_early_begin(root, OTHER, NULL));
	reboot(root);
	refused(root, OTHER, KP_ERROR_REFUSED);
	g_assert_true(kp_early_forget(root, NULL));
	g_assert_true(kp_early_begin(root, OTHER, NULL));
	fixture_remove(root);
}

static void test_good_boot(void)
{
	char *root = machine(TRUE, "quiet");
	g_autofree char *variable = kp_root_path(root, KP_EARLY_VARIABLE);
	g_autofree char *content = NULL;
	gsize length = 0;

	g_assert_true(kp_early_begin(root, FIRST, NULL));
	g_assert_true(g_file_get_contents(variable, &content, &length, NULL));
	g_assert_cmpmem(content, length, "\x07\0\0\0" FIRST, 68);
	g_assert_true(kp_early_end(root, NULL));
	g_assert_false(g_file_test(variable, G_FILE_TEST_EXISTS));
	g_assert_true(kp_early_end(root, NULL));
	g_assert_true(kp_early_begin(root, FIRST, NULL));
	fixture_remove(root);
}

static void test_no_memory(void)
{
	char *root = machine(FALSE, "rd.kpatch=1 rd.kpatch=0");

	refused(root, FIRST, KP_ERROR_FAILED);
	fixture_write(root, "proc/cmdline", "quiet rd.kpatch=1\n", -1);
	g_assert_true(kp_early_begin(root, FIRST, NULL));
	g_assert_null(kp_early_died(root));
	g_assert_true(kp_early_end(root, NULL));
	fixture_remove(root);
}

/* Somebody else's, or cut off: it is no digest of ours, and is written anew. */
static void test_odd_variable(void)
{
	char *root = machine(TRUE, "quiet");

	fixture_write(root, KP_EARLY_VARIABLE, "\x07", 1);
	g_assert_true(kp_early_begin(root, FIRST, NULL));
	reboot(root);
	refused(root, FIRST, KP_ERROR_REFUSED);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/early/choose", test_choose);
	g_test_add_func("/early/death", test_death);
	g_test_add_func("/early/good-boot", test_good_boot);
	g_test_add_func("/early/no-memory", test_no_memory);
	g_test_add_func("/early/odd-variable", test_odd_variable);
	return g_test_run();
}
