/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands between a signature and the kernel: the sealed copy, the floor, the
 * kernel's keyrings. The program as a whole: verify-root. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"
#include "live/floor.h"
#include "live/keyring.h"
#include "live/patch.h"
#include "live/seal.h"
#include "sample.h"

#define FILE_PATH "patch/" SAMPLE_KVER "/kpatch-test-1-1.ko"

static void test_sealed(void)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, FILE_PATH, NULL);
	g_autofree char *digest = NULL;
	g_autoptr(KpPatch) patch = NULL;
	char first = 0;
	int fd;

	fixture_patch(root, "patch", SAMPLE_KVER, "1-1");
	patch = kp_patch_open(path, KP_ORIGIN_FILE, geteuid(), NULL);
	g_assert_nonnull(patch);
	digest = g_strdup(kp_patch_sha256(patch));
	g_assert_true(kp_patch_seal(patch, NULL));
	g_assert_true(patch->sealed);
	/* a writer of the same file, not of the same path */
	fd = open(path, O_WRONLY | O_CLOEXEC);
	g_assert_cmpint(pwrite(fd, "X", 1, 0), ==, 1);
	close(fd);
	g_assert_cmpint(pread(patch->fd, &first, 1, 0), ==, 1);
	g_assert_cmpint(first, ==, 0x7f);
	g_assert_cmpstr(kp_patch_sha256(patch), ==, digest);
	/* nor can whoever has the copy */
	g_assert_cmpint(pwrite(patch->fd, "X", 1, 0), ==, -1);
	g_assert_cmpint(ftruncate(patch->fd, 1), ==, -1);
	fixture_remove(root);
}

/* Written in place between the look at it and the copy: another patch now. */
static void test_changed(void)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, FILE_PATH, NULL);
	const FixtureModule other = { .name = "kpatch_test_1_1", .kver = SAMPLE_KVER,
				      .version = "1-2", .funcs = TRUE };
	g_autoptr(GBytes) bytes = fixture_module(&other);
	g_autoptr(KpPatch) patch = NULL;
	g_autoptr(GError) error = NULL;
	int fd;

	fixture_patch(root, "patch", SAMPLE_KVER, "1-1");
	patch = kp_patch_open(path, KP_ORIGIN_FILE, geteuid(), NULL);
	g_assert_nonnull(patch);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	g_assert_cmpint(write(fd, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)), ==,
			(gssize)g_bytes_get_size(bytes));
	g_assert_false(kp_patch_seal(patch, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_BUSY);
	g_clear_error(&error);
	g_assert_cmpint(ftruncate(fd, 10), ==, 0);
	g_assert_false(kp_patch_seal(patch, &error));
	g_assert_nonnull(error);
	g_assert_false(patch->sealed);
	close(fd);
	fixture_remove(root);
}

/* Newest first: result and version of each record, "" for no patch; what is held;
 * and the floor. */
static const struct {
	const char *rule;
	const char *records[6];
	const char *held;
	const char *floor;
} floors[] = {
	{ "nothing was ever live", { NULL }, NULL, NULL },
	{ "what was live last", { "done 1-2", "done 1-1" }, NULL, "1-2" },
	{ "attempts that failed do not count", { "failed 1-3", "busy 1-3", "done 1-2" }, NULL, "1-2" },
	{ "a way back that was asked for", { "done 1-1", "done 1-2", "done 1-1" }, NULL, "1-1" },
	{ "held since", { "done 1-2", "done 1-1" }, "1-2", "1-1" },
	{ "all held", { "done 1-2" }, "1-2", NULL },
	{ "back to none", { "done ", "done 1-2" }, NULL, NULL },
	{ "and forward again", { "done 1-1", "done ", "done 1-2" }, NULL, "1-1" },
};

static void test_floor(gconstpointer data)
{
	gsize row = GPOINTER_TO_SIZE(data);
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)kp_record_free);
	g_autoptr(KpCandidates) candidates = sample_candidates();
	g_autoptr(GPtrArray) holds = sample_holds();
	const KpRecord *floor;

	for (const char *const *text = floors[row].records; *text != NULL; text++) {
		g_auto(GStrv) words = g_strsplit(*text, " ", 2);
		KpRecord *record = g_new0(KpRecord, 1);

		record->kver = g_strdup(SAMPLE_KVER);
		record->result = g_strdup(words[0]);
		record->version = g_strdup(words[1]);
		record->name = *words[1] == '\0' ? g_strdup("") :
			g_strdelimit(g_strdup_printf("kpatch_%s", words[1]), "-", '_');
		record->sha256 = g_strdup("another build");
		g_ptr_array_add(records, record);
	}
	if (floors[row].held != NULL)
		sample_hold(holds, sample_patch(candidates, KP_ORIGIN_STORE, floors[row].held));
	floor = kp_floor_find(records, holds, sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-0"));
	g_assert_cmpstr(floor != NULL ? floor->version : NULL, ==, floors[row].floor);
}

#define KEY_ID "6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1"

static const char keys[] =
	"0d2bd32f I------     2 perm 1f0b0000     0     0 keyring   .builtin_trusted_keys: 2\n"
	"2b1b0a6c I------     1 perm 1f030000     0     0 asym" "metri Site: signer: " KEY_ID
	": X509.rsa bb419ea1 []\n"
	"3a000001 I------     1 perm 1f0b0000     0     0 keyring   .platform: empty\n";

static void test_keys(void)
{
	KpSignOutcome by_id = { .key_id = (char *)KEY_ID, .serial = (char *)"" };
	KpSignOutcome by_serial = { .serial = (char *)"00A1B2" };
	KpSignOutcome other = { .key_id = (char *)"bb419ea1", .serial = (char *)"01" };

	g_assert_cmpint(kp_keyring_serial(keys, ".builtin_trusted_keys"), ==, 0x0d2bd32f);
	g_assert_cmpint(kp_keyring_serial(keys, ".platform"), ==, 0x3a000001);
	g_assert_cmpint(kp_keyring_serial(keys, ".machine"), ==, 0);
	g_assert_cmpint(kp_keyring_serial(keys, "builtin_trusted_keys"), ==, 0);
	g_assert_true(kp_key_describes("asymmetric;0;0;1f030000;Site: signer: " KEY_ID, &by_id));
	g_assert_true(kp_key_describes("asymmetric;0;0;1f030000;Old: 00a1b2", &by_serial));
	g_assert_false(kp_key_describes("asymmetric;0;0;1f030000;Old: 00a1b2", &by_id));
	g_assert_false(kp_key_describes("asymmetric;0;0;1f030000;Site: " KEY_ID "00", &by_id));
	g_assert_false(kp_key_describes("asymmetric;0;0;1f030000;Site: " KEY_ID, &other));
}

static void test_keyrings(void)
{
	char *root = fixture_folder();
	const KpSignOutcome ours = { .key_id = (char *)KEY_ID };
	const KpSignOutcome other = { .key_id = (char *)"00" };
	g_autofree char *unknown = kp_keyrings_with(root, &ours);
	g_autofree char *some = NULL, *none = NULL;

	g_assert_null(unknown);
	fixture_write(root, "proc/keys", keys, -1);
	some = kp_keyrings_with(root, &ours);
	none = kp_keyrings_with(root, &other);
	g_assert_cmpstr(some, ==, "some");
	g_assert_cmpstr(none, ==, "");
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/vouch/sealed", test_sealed);
	g_test_add_func("/vouch/changed", test_changed);
	for (gsize i = 0; i < G_N_ELEMENTS(floors); i++) {
		g_autofree char *path = g_strdup_printf("/vouch/floor/%s", floors[i].rule);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_floor);
	}
	g_test_add_func("/vouch/keys", test_keys);
	g_test_add_func("/vouch/keyrings", test_keyrings);
	return g_test_run();
}
