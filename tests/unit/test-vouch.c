/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands between a signature and the kernel: the sealed copy, the floor, the
 * kernel's keyrings. The program as a whole: verify-root. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"
#include "live/floor.h"
#include "live/keyring.h"
#include "live/patch.h"
#include "live/seal.h"
#include "live/clock.h"
#include "live/vouch.h"
#include "live/vouched.h"
#include "sample.h"
#include "sign/keys.h"

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

/* A machine that trusts KEYS_SITE, whose certificate is valid from 10 days before to 10
 * days after KEYS_NOW. */
static char *trusting(X509 *certificate)
{
	char *root = fixture_folder();
	g_autofree char *pem = keys_pem(certificate);

	fixture_write(root, KP_TRUSTED_DIR "/site.pem", pem, -1);
	return root;
}

static gboolean vouched_at(const char *root, GBytes *file, int day, KpExpiredPolicy expired,
			   gboolean *dated, char **why)
{
	g_autoptr(KpVoucher) voucher = kp_voucher_new(root, KP_VERIFY_REQUIRED);
	g_autoptr(KpSignOutcome) outcome = NULL;
	g_autoptr(GError) error = NULL;
	gsize size;
	gconstpointer bytes = g_bytes_get_data(file, &size);
	int fd = keys_fd(bytes, size);
	gboolean good;

	kp_voucher_at(voucher, KEYS_NOW + (gint64)day * KEYS_DAY);
	kp_voucher_remembers(voucher);
	if (expired == KP_EXPIRED_KEPT)
		kp_voucher_keeps(voucher);
	good = kp_vouch_fd(voucher, fd, "x.ko", &outcome, &error);
	*dated = kp_voucher_dated(voucher);
	*why = g_strdup(error != NULL ? error->message : "");
	close(fd);
	return good;
}

/* What was verified in time stays good if the site wants that, and nothing else does. */
static void test_expired(void)
{
	const KeysCertificate site = { .key = KEYS_SITE };
	g_autoptr(X509) certificate = keys_certificate(&site);
	char *root = trusting(certificate);
	g_autoptr(GBytes) seen = keys_sign_text("seen in time", certificate, KEYS_SITE);
	g_autoptr(GBytes) late = keys_sign_text("signed too late", certificate, KEYS_SITE);
	g_autofree char *notes = g_build_filename(root, KP_VOUCHED_FILE, NULL);
	const struct {
		GBytes *file;
		int day;
		KpExpiredPolicy expired;
		gboolean good, dated;
	} steps[] = {
		{ seen, 0, KP_EXPIRED_REFUSED, TRUE, FALSE },
		/* nothing was noted: nobody asked for it */
		{ seen, 11, KP_EXPIRED_KEPT, FALSE, TRUE },
		{ seen, 9, KP_EXPIRED_KEPT, TRUE, FALSE },
		{ seen, 11, KP_EXPIRED_KEPT, TRUE, FALSE },
		{ seen, 11, KP_EXPIRED_REFUSED, FALSE, TRUE },
		{ late, 11, KP_EXPIRED_KEPT, FALSE, TRUE },
		/* a clock that is wrong the other way */
		{ seen, -11, KP_EXPIRED_KEPT, TRUE, FALSE },
		{ late, -11, KP_EXPIRED_KEPT, FALSE, TRUE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autofree char *why = NULL;
		gboolean dated;

		g_test_message("step %zu", i);
		g_assert_true(vouched_at(root, steps[i].file, steps[i].day, steps[i].expired, &dated,
					 &why) == steps[i].good);
		g_assert_true(dated == steps[i].dated);
		if (steps[i].day < -10 && !steps[i].good)
			g_assert_nonnull(strstr(why, "and here it is 2027-01-04 08:00 UTC; if the clock"));
	}
	/* notes that others could have written are none */
	g_assert_cmpint(chmod(notes, 0666), ==, 0);
	{
		g_autofree char *why = NULL;
		gboolean dated;

		g_assert_false(vouched_at(root, seen, 11, KP_EXPIRED_KEPT, &dated, &why));
	}
	fixture_remove(root);
}

/* What is revoked is so, whenever it was seen and whatever the date. */
static void test_expired_and_revoked(void)
{
	const KeysCertificate site = { .key = KEYS_SITE };
	const KeysCertificate next = { .key = KEYS_OTHER, .name = "Next", .to = 100 };
	g_autoptr(X509) certificate = keys_certificate(&site), other = keys_certificate(&next);
	char *root = trusting(certificate);
	g_autofree char *pem = keys_pem(other), *sum = NULL, *list = NULL, *why = NULL;
	g_autoptr(GBytes) seen = keys_sign_text("seen in time", certificate, KEYS_SITE);
	g_autoptr(GBytes) revocation = NULL;
	gboolean dated;

	fixture_write(root, KP_TRUSTED_DIR "/next.pem", pem, -1);
	g_assert_true(vouched_at(root, seen, 0, KP_EXPIRED_KEPT, &dated, &why));
	g_free(why);
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "seen in time", -1);
	list = g_strdup_printf("kpatch-revocations 1\nserial 1\nexpires 2027-12-31\n"
			       "sha256 %s bad\n", sum);
	revocation = keys_sign_text(list, other, KEYS_OTHER);
	fixture_write(root, KP_REVOKED_DIR "/site.list", g_bytes_get_data(revocation, NULL),
		      (gssize)g_bytes_get_size(revocation));
	g_assert_false(vouched_at(root, seen, 11, KP_EXPIRED_KEPT, &dated, &why));
	g_assert_nonnull(strstr(why, "revoked"));
	g_assert_false(dated);
	fixture_remove(root);
}

/* The oldest note goes when there is no more room. */
static void test_notes(void)
{
	char *root = fixture_folder();
	g_autofree char *print = g_strnfill(64, 'f');
	g_autofree char *oldest = g_strdup_printf("%064d", 0), *newest = g_strdup_printf("%064d", 999);
	GString *full = g_string_new(NULL);

	for (int i = 0; i < 1000; i++)
		g_string_append_printf(full, "%064d %s\n", i, print);
	fixture_write(root, KP_VOUCHED_FILE, full->str, (gssize)full->len);
	g_string_free(full, TRUE);
	g_assert_true(kp_vouched_before(root, oldest, print));
	g_assert_true(kp_vouched_note(root, print, print, NULL));
	g_assert_true(kp_vouched_before(root, print, print));
	g_assert_false(kp_vouched_before(root, oldest, print));
	g_assert_true(kp_vouched_before(root, newest, print));
	/* not a part of a line, nor what is no digest */
	g_assert_false(kp_vouched_before(root, "", ""));
	g_assert_false(kp_vouched_before(root, print, ""));
	fixture_remove(root);
}

static void test_expires(void)
{
	const KeysCertificate site = { .key = KEYS_SITE };
	g_autoptr(X509) certificate = keys_certificate(&site);
	char *root = trusting(certificate);
	static const struct { int day; gint64 warn; gboolean said; } rows[] = {
		{ 0, 30, TRUE }, { 0, 10, FALSE }, { 1, 10, TRUE }, { 0, 0, FALSE }, { 11, 30, FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(KpVoucher) voucher = kp_voucher_new(root, KP_VERIFY_REQUIRED);
		g_autoptr(GPtrArray) list = NULL;
		g_autofree char *text = NULL;

		kp_voucher_at(voucher, KEYS_NOW + (gint64)rows[i].day * KEYS_DAY);
		list = kp_voucher_certificates(voucher);
		g_assert_cmpuint(list->len, ==, 1);
		text = kp_voucher_expires(voucher, g_ptr_array_index(list, 0), rows[i].warn);
		g_assert_true((text != NULL) == rows[i].said);
	}
	fixture_remove(root);
}

static void test_clock(void)
{
	char *root = fixture_folder();
	g_autofree char *flag = g_build_filename(root, KP_CLOCK_FLAG, NULL);

	fixture_write(root, "run/x", "", 0);
	kp_clock_note(root, TRUE);
	g_assert_true(g_file_test(flag, G_FILE_TEST_EXISTS));
	kp_clock_note(root, FALSE);
	g_assert_false(g_file_test(flag, G_FILE_TEST_EXISTS));
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
	g_test_add_func("/vouch/expired", test_expired);
	g_test_add_func("/vouch/expired-and-revoked", test_expired_and_revoked);
	g_test_add_func("/vouch/notes", test_notes);
	g_test_add_func("/vouch/expires", test_expires);
	g_test_add_func("/vouch/clock", test_clock);
	g_test_add_func("/vouch/keys", test_keys);
	g_test_add_func("/vouch/keyrings", test_keyrings);
	return g_test_run();
}
