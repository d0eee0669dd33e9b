/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How trust is taken back: revocation lists, and lists of digests. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "fixture.h"
#include "sign/keys.h"
#include "signing/trusted.h"

/* An authority, two signers that it has made, and a root that trusts all. */
typedef struct {
	char *root;
	X509 *authority, *site, *other;
} Scene;

static void put(const Scene *scene, const char *folder, const char *name, GBytes *bytes)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	fixture_write(scene->root, path, g_bytes_get_data(bytes, NULL),
		      (gssize)g_bytes_get_size(bytes));
}

static void put_certificate(const Scene *scene, const char *name, X509 *certificate)
{
	char *pem = keys_pem(certificate);
	g_autoptr(GBytes) bytes = g_bytes_new_take(pem, strlen(pem));

	put(scene, KP_TRUSTED_DIR, name, bytes);
}

static void scene_set(Scene *scene, gconstpointer data)
{
	scene->root = fixture_folder();
	scene->authority = keys_certificate(&(KeysCertificate){ .key = KEYS_CURVE,
					    .name = "Authority", .usage = "keyCertSign,cRLSign" });
	scene->site = keys_certificate(&(KeysCertificate){ .serial = 11,
				       .issuer = scene->authority, .issuer_key = KEYS_CURVE });
	scene->other = keys_certificate(&(KeysCertificate){ .key = KEYS_OTHER, .name = "Other",
					.serial = 12, .issuer = scene->authority,
					.issuer_key = KEYS_CURVE });
	put_certificate(scene, "authority.pem", scene->authority);
	put_certificate(scene, "site.pem", scene->site);
	put_certificate(scene, "other.pem", scene->other);
}

static void scene_clear(Scene *scene, gconstpointer data)
{
	X509_free(scene->authority);
	X509_free(scene->site);
	X509_free(scene->other);
	fixture_remove(scene->root);
}

static void revoke_file(const Scene *scene, const char *name, GBytes *bytes)
{
	put(scene, KP_REVOKED_DIR, name, bytes);
}

static void put_crl(const Scene *scene, X509 *issuer, KeysName key, const long *revoked, int from,
		    int to, gboolean delta)
{
	char *crl = keys_crl(issuer, key, revoked, from, to, delta);
	g_autoptr(GBytes) bytes = g_bytes_new_take(crl, strlen(crl));

	revoke_file(scene, "authority.crl", bytes);
}

static void put_list(const Scene *scene, int serial, const char *expires, const char *sha256,
		     X509 *certificate, KeysName key)
{
	g_autofree char *text = g_strdup_printf("kpatch-revocations 1\nserial %d\nexpires %s\n"
						"sha256 %s bad.ko\n", serial, expires, sha256);
	g_autoptr(GBytes) bytes = keys_sign_text(text, certificate, key);

	revoke_file(scene, "site.list", bytes);
}

static KpTrust *load(const Scene *scene, guint warnings)
{
	g_autoptr(GError) error = NULL;
	KpTrust *trust = kp_trust_load(scene->root, KEYS_NOW, &error);

	g_assert_no_error(error);
	for (guint i = 0; i < kp_trust_warnings(trust)->len; i++)
		g_test_message("%s", (char *)g_ptr_array_index(kp_trust_warnings(trust), i));
	g_assert_cmpuint(kp_trust_warnings(trust)->len, ==, warnings);
	return trust;
}

static void refused(const Scene *scene, const char *reason)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(kp_trust_load(scene->root, KEYS_NOW, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_CONFIG);
	if (strstr(error->message, reason) == NULL)
		g_error("'%s' does not say '%s'", error->message, reason);
}

/* What a file signed by site and one signed by other come to. */
static void expect(const Scene *scene, guint warnings, KpVerdict site, KpVerdict other)
{
	g_autoptr(KpTrust) trust = load(scene, warnings);
	g_autoptr(GBytes) by_site = keys_sign_text("x", scene->site, KEYS_SITE);
	g_autoptr(GBytes) by_other = keys_sign_text("x", scene->other, KEYS_OTHER);

	g_assert_cmpint(keys_verdict(by_site, trust, NULL), ==, site);
	g_assert_cmpint(keys_verdict(by_other, trust, NULL), ==, other);
	g_assert_true(kp_trust_remember(trust, scene->root, NULL));
}

static const long nobody[] = { 0 };
static const long the_site[] = { 11, 0 };

static void test_crl(Scene *scene, gconstpointer data)
{
	expect(scene, 0, KP_VERDICT_GOOD, KP_VERDICT_GOOD);
	put_crl(scene, scene->authority, KEYS_CURVE, nobody, -3, 3, FALSE);
	expect(scene, 0, KP_VERDICT_GOOD, KP_VERDICT_GOOD);
	put_crl(scene, scene->authority, KEYS_CURVE, the_site, -2, 3, FALSE);
	expect(scene, 0, KP_VERDICT_REVOKED_CERTIFICATE, KP_VERDICT_GOOD);
}

/* Past its date it still counts, and is warned about. */
static void test_crl_stale(Scene *scene, gconstpointer data)
{
	put_crl(scene, scene->authority, KEYS_CURVE, the_site, -5, -1, FALSE);
	expect(scene, 1, KP_VERDICT_REVOKED_CERTIFICATE, KP_VERDICT_GOOD);
}

static void test_crl_older(Scene *scene, gconstpointer data)
{
	put_crl(scene, scene->authority, KEYS_CURVE, the_site, -1, 3, FALSE);
	expect(scene, 0, KP_VERDICT_REVOKED_CERTIFICATE, KP_VERDICT_GOOD);
	put_crl(scene, scene->authority, KEYS_CURVE, nobody, -2, 3, FALSE);
	refused(scene, "older");
}

static void test_crl_gone(Scene *scene, gconstpointer data)
{
	g_autofree char *path = g_strconcat(scene->root, KP_REVOKED_DIR, "/authority.crl", NULL);

	put_crl(scene, scene->authority, KEYS_CURVE, the_site, -1, 3, FALSE);
	expect(scene, 0, KP_VERDICT_REVOKED_CERTIFICATE, KP_VERDICT_GOOD);
	g_assert_cmpint(g_unlink(path), ==, 0);
	refused(scene, "not in");
}

/* By the issuer's name, but not with its key; by somebody who may not. */
static void test_crl_forged(Scene *scene, gconstpointer data)
{
	put_crl(scene, scene->authority, KEYS_OTHER, nobody, -1, 3, FALSE);
	refused(scene, "is not that of the certificate of its issuer");
}

static void test_crl_issuer_may_not(Scene *scene, gconstpointer data)
{
	g_autoptr(X509) meek = keys_certificate(&(KeysCertificate){ .key = KEYS_CURVE,
						.name = "Authority", .usage = "digitalSignature" });

	put_certificate(scene, "authority.pem", meek);
	put_crl(scene, meek, KEYS_CURVE, nobody, -1, 3, FALSE);
	refused(scene, "is not that of the certificate of its issuer");
}

static void test_crl_issuer_missing(Scene *scene, gconstpointer data)
{
	g_autofree char *path = g_strconcat(scene->root, KP_TRUSTED_DIR, "/authority.pem", NULL);

	g_assert_cmpint(g_unlink(path), ==, 0);
	put_crl(scene, scene->authority, KEYS_CURVE, the_site, -1, 3, FALSE);
	refused(scene, "not in trusted.d");
}

static void test_crl_of_strangers(Scene *scene, gconstpointer data)
{
	g_autoptr(X509) stranger = keys_certificate(&(KeysCertificate){ .name = "Stranger" });

	put_crl(scene, stranger, KEYS_SITE, the_site, -1, 3, FALSE);
	expect(scene, 1, KP_VERDICT_GOOD, KP_VERDICT_GOOD);
}

static void test_crl_kinds(Scene *scene, gconstpointer data)
{
	g_autoptr(GBytes) garbage = g_bytes_new_static("garbage", 7);

	put_crl(scene, scene->authority, KEYS_CURVE, the_site, -1, 3, TRUE);
	refused(scene, "delta");
	revoke_file(scene, "authority.crl", garbage);
	refused(scene, "no revocation list");
}

static char *hex_of(GBytes *bytes)
{
	return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
}

/* By the digest of the file, and by that of what is signed: signing it again
 * does not help. */
static void test_list(Scene *scene, gconstpointer data)
{
	g_autoptr(GBytes) bad = g_bytes_new_static("bad", 3);
	g_autoptr(GBytes) file = keys_sign(bad, scene->site, KEYS_SITE, "sha256");
	g_autoptr(GBytes) again = keys_sign(bad, scene->other, KEYS_OTHER, "sha512");
	g_autoptr(KpTrust) trust = NULL;
	g_autofree char *of_file = hex_of(file), *of_payload = hex_of(bad), *reason = NULL;

	put_list(scene, 1, "2027-02-01", of_file, scene->site, KEYS_SITE);
	trust = load(scene, 0);
	g_assert_cmpint(keys_verdict(file, trust, &reason), ==, KP_VERDICT_REVOKED_DIGEST);
	g_assert_nonnull(strstr(reason, "site.list"));
	g_assert_cmpint(keys_verdict(again, trust, NULL), ==, KP_VERDICT_GOOD);
	kp_trust_free(trust);

	put_list(scene, 2, "2027-02-01", of_payload, scene->site, KEYS_SITE);
	trust = load(scene, 0);
	g_assert_cmpint(keys_verdict(file, trust, NULL), ==, KP_VERDICT_REVOKED_DIGEST);
	g_assert_cmpint(keys_verdict(again, trust, NULL), ==, KP_VERDICT_REVOKED_DIGEST);
	/* also without a signature, for those who let such files pass */
	g_assert_cmpint(keys_verdict(bad, trust, NULL), ==, KP_VERDICT_REVOKED_DIGEST);
}

/* Further signatures on top, as sign-file appends them: what is below is looked at,
 * whatever the last one is for. */
static void test_list_stacked(Scene *scene, gconstpointer data)
{
	g_autoptr(GBytes) bare = g_bytes_new_static("bad", 3);
	g_autoptr(GBytes) once = keys_sign(bare, scene->site, KEYS_SITE, "sha256");
	g_autoptr(GBytes) twice = keys_sign(once, scene->other, KEYS_OTHER, "sha512");
	g_autoptr(GBytes) thrice = keys_sign(twice, scene->site, KEYS_SITE, "sha256");
	GBytes *const files[] = { bare, once, twice, thrice };

	for (gsize revoked = 0; revoked < G_N_ELEMENTS(files); revoked++) {
		g_autofree char *sha256 = hex_of(files[revoked]);
		g_autoptr(KpTrust) trust = NULL;

		put_list(scene, (int)revoked, "2027-02-01", sha256, scene->site, KEYS_SITE);
		trust = load(scene, 0);
		for (gsize i = 1; i < G_N_ELEMENTS(files); i++)
			g_assert_cmpint(keys_verdict(files[i], trust, NULL), ==, i >= revoked ?
					KP_VERDICT_REVOKED_DIGEST : KP_VERDICT_GOOD);
	}
}

/* Nobody may hide a module below so many that looking takes for ever. */
static void test_stacked_high(Scene *scene, gconstpointer data)
{
	g_autoptr(GBytes) file = g_bytes_new_static("bad", 3);
	g_autoptr(KpTrust) trust = load(scene, 0);
	g_autofree char *reason = NULL;

	for (guint i = 0; i <= 16; i++) {
		GBytes *more = keys_sign(file, scene->site, KEYS_SITE, "sha256");

		g_assert_cmpint(keys_verdict(more, trust, NULL), ==, i < 16 ? KP_VERDICT_GOOD :
				KP_VERDICT_DAMAGED);
		g_bytes_unref(file);
		file = more;
	}
	g_assert_cmpint(keys_verdict(file, trust, &reason), ==, KP_VERDICT_DAMAGED);
	g_assert_nonnull(strstr(reason, "more than 16"));
}

#define SOME "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_list_serials(Scene *scene, gconstpointer data)
{
	g_autofree char *path = g_strconcat(scene->root, KP_REVOKED_DIR, "/site.list", NULL);

	put_list(scene, 7, "2027-02-01", SOME, scene->site, KEYS_SITE);
	expect(scene, 0, KP_VERDICT_GOOD, KP_VERDICT_GOOD);
	expect(scene, 0, KP_VERDICT_GOOD, KP_VERDICT_GOOD);
	put_list(scene, 6, "2027-02-01", SOME, scene->site, KEYS_SITE);
	refused(scene, "older (6)");
	put_list(scene, 8, "2027-02-01", SOME, scene->site, KEYS_SITE);
	expect(scene, 0, KP_VERDICT_GOOD, KP_VERDICT_GOOD);
	put_list(scene, 7, "2027-02-01", SOME, scene->site, KEYS_SITE);
	refused(scene, "older (7)");
	g_assert_cmpint(g_unlink(path), ==, 0);
	refused(scene, "site.list");
}

static void test_list_stale(Scene *scene, gconstpointer data)
{
	put_list(scene, 7, "2027-01-14", SOME, scene->site, KEYS_SITE);
	expect(scene, 1, KP_VERDICT_GOOD, KP_VERDICT_GOOD);
}

static void test_list_signers(Scene *scene, gconstpointer data)
{
	g_autoptr(X509) stranger = keys_certificate(&(KeysCertificate){ .name = "Stranger" });
	g_autoptr(X509) usurper = keys_certificate(&(KeysCertificate){ .key = KEYS_OTHER,
						   .serial = 11, .issuer = scene->authority,
						   .issuer_key = KEYS_CURVE });
	g_autoptr(X509) late = keys_certificate(&(KeysCertificate){ .name = "Late", .from = -9,
						.to = -1 });

	put_list(scene, 1, "2027-02-01", SOME, stranger, KEYS_SITE);
	refused(scene, "not by a certificate that is trusted");
	put_list(scene, 1, "2027-02-01", SOME, usurper, KEYS_OTHER);
	refused(scene, "changed after it was signed");
	put_certificate(scene, "late.pem", late);
	put_list(scene, 1, "2027-02-01", SOME, late, KEYS_SITE);
	expect(scene, 1, KP_VERDICT_GOOD, KP_VERDICT_GOOD);
}

/* Who is revoked cannot revoke. */
static void test_list_by_revoked(Scene *scene, gconstpointer data)
{
	put_list(scene, 1, "2027-02-01", SOME, scene->site, KEYS_SITE);
	put_crl(scene, scene->authority, KEYS_CURVE, the_site, -1, 3, FALSE);
	refused(scene, "is revoked");
	put_list(scene, 2, "2027-02-01", SOME, scene->other, KEYS_OTHER);
	expect(scene, 0, KP_VERDICT_REVOKED_CERTIFICATE, KP_VERDICT_GOOD);
}

static void test_list_unusable(Scene *scene, gconstpointer data)
{
	static const char text[] = "kpatch-revocations 1\nserial 1\nexpires 2027-02-01\n";
	g_autoptr(GBytes) plain = g_bytes_new_static(text, strlen(text));
	g_autoptr(GBytes) wrong = keys_sign_text("kpatch-revocations 1\nserial x\n", scene->site,
						 KEYS_SITE);
	g_autoptr(GBytes) good = keys_sign_text(text, scene->site, KEYS_SITE);

	revoke_file(scene, "site.list", plain);
	refused(scene, "not signed");
	revoke_file(scene, "site.list", wrong);
	refused(scene, "line 2");
	revoke_file(scene, "site.list", good);
	kp_trust_free(load(scene, 0));
	revoke_file(scene, "[a] b.list", good);
	refused(scene, "its name");
}

/* What cannot be used takes no other revocation away: whoever lets unsigned files pass
 * still sees what is revoked. An older list than was seen has no less to say. */
static void test_rest_counts(Scene *scene, gconstpointer data)
{
	static const char damaged[] = "cut while it was copied";
	g_autoptr(GBytes) crl = g_bytes_new_static(damaged, strlen(damaged));
	g_autoptr(GBytes) bad = g_bytes_new_static("bad", 3);
	g_autoptr(GBytes) file = keys_sign(bad, scene->site, KEYS_SITE, "sha256");
	g_autofree char *sha256 = hex_of(bad);
	g_autofree char *damaged_path = g_strconcat(scene->root, KP_REVOKED_DIR, "/a.crl", NULL);

	put_list(scene, 7, "2027-02-01", sha256, scene->site, KEYS_SITE);
	revoke_file(scene, "a.crl", crl);
	for (guint round = 0; round < 2; round++) {
		g_autoptr(GError) problem = NULL;
		g_autoptr(KpTrust) trust = kp_trust_read(scene->root, KEYS_NOW, &problem);

		g_assert_error(problem, KP_ERROR, KP_ERROR_CONFIG);
		g_assert_nonnull(strstr(problem->message, round == 0 ? "a.crl" : "older (6)"));
		g_assert_cmpint(keys_verdict(file, trust, NULL), ==, KP_VERDICT_REVOKED_DIGEST);
		/* and is remembered */
		g_assert_true(kp_trust_remember(trust, scene->root, NULL));
		g_unlink(damaged_path);
		put_list(scene, 6, "2027-02-01", sha256, scene->site, KEYS_SITE);
	}
}

static void test_seen_kept(Scene *scene, gconstpointer data)
{
	g_autofree char *path = g_strconcat(scene->root, KP_SEEN_FILE, NULL);
	g_autoptr(GError) problem = NULL;
	g_autoptr(KpTrust) trust = NULL;
	g_autofree char *text = NULL;

	put_list(scene, 7, "2027-02-01", SOME, scene->site, KEYS_SITE);
	fixture_write(scene->root, KP_SEEN_FILE, "garbage", -1);
	trust = kp_trust_read(scene->root, KEYS_NOW, &problem);
	g_assert_nonnull(problem);
	g_assert_true(kp_trust_remember(trust, scene->root, NULL));
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "garbage");
}

/* Whoever can change the memory can bring back an older list. */
static void test_seen_open(Scene *scene, gconstpointer data)
{
	g_autofree char *path = g_strconcat(scene->root, KP_SEEN_FILE, NULL);

	fixture_write(scene->root, KP_SEEN_FILE, "[seen]\n", -1);
	kp_trust_free(load(scene, 0));
	g_assert_cmpint(chmod(path, 0666), ==, 0);
	refused(scene, "others than its owner may write it, and so change which revocations count");
	/* who waits for ever is ended */
	alarm(20);
	g_assert_true(unlink(path) == 0 && mkfifo(path, 0600) == 0);
	refused(scene, "not a regular file");
	alarm(0);
}

static void test_others(Scene *scene, gconstpointer data)
{
	g_autoptr(GBytes) text = g_bytes_new_static("x", 1);
	g_autofree char *folder = g_strconcat(scene->root, KP_REVOKED_DIR, NULL);

	revoke_file(scene, "notes.txt", text);
	kp_trust_free(load(scene, 1));
	g_assert_cmpint(chmod(folder, 0777), ==, 0);
	refused(scene, "others than its owner");
}

static void test_seen_damaged(Scene *scene, gconstpointer data)
{
	static const char *const texts[] = { "garbage", "[seen]\nsite.list=x\n",
					     "[seen]\nsite.list=-1\n" };

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		fixture_write(scene->root, KP_SEEN_FILE, texts[i], -1);
		refused(scene, "revocations-seen");
	}
	fixture_write(scene->root, KP_SEEN_FILE, "", 0);
	kp_trust_free(load(scene, 0));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(Scene *scene, gconstpointer data);
	} tests[] = {
		{ "crl", test_crl },
		{ "crl-stale", test_crl_stale },
		{ "crl-older", test_crl_older },
		{ "crl-gone", test_crl_gone },
		{ "crl-forged", test_crl_forged },
		{ "crl-issuer-may-not", test_crl_issuer_may_not },
		{ "crl-issuer-missing", test_crl_issuer_missing },
		{ "crl-of-strangers", test_crl_of_strangers },
		{ "crl-kinds", test_crl_kinds },
		{ "list", test_list },
		{ "list-stacked", test_list_stacked },
		{ "stacked-high", test_stacked_high },
		{ "list-serials", test_list_serials },
		{ "list-stale", test_list_stale },
		{ "list-signers", test_list_signers },
		{ "list-by-revoked", test_list_by_revoked },
		{ "list-unusable", test_list_unusable },
		{ "rest-counts", test_rest_counts },
		{ "seen-kept", test_seen_kept },
		{ "seen-open", test_seen_open },
		{ "others", test_others },
		{ "seen-damaged", test_seen_damaged },
	};

	umask(022);
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree char *path = g_strconcat("/sign/revoked/", tests[i].name, NULL);

		g_test_add(path, Scene, NULL, scene_set, tests[i].run, scene_clear);
	}
	return g_test_run();
}
