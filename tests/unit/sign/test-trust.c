/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a folder of certificates makes us believe, and when not. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"
#include "sign/keys.h"
#include "signing/trusted.h"

#define TRUSTED "etc/pki/kpatch/trusted.d"

/* Below the prefix that configure was given. */
static char *below(const char *root, const char *path)
{
	return g_strconcat(root, KP_SYSCONFDIR, path + strlen("etc"), NULL);
}

static void put(const char *root, const char *name, const char *text)
{
	g_autofree char *path = g_strconcat(KP_TRUSTED_DIR, "/", name, NULL);

	fixture_write(root, path, text, -1);
}

static void put_certificate(const char *root, const char *name, const KeysCertificate *wanted)
{
	g_autoptr(X509) certificate = keys_certificate(wanted);
	g_autofree char *pem = keys_pem(certificate);

	put(root, name, pem);
}

static KpTrust *load(const char *root)
{
	g_autoptr(GError) error = NULL;
	KpTrust *trust = kp_trust_load(root, KEYS_NOW, &error);

	g_assert_no_error(error);
	return trust;
}

static void refused(const char *root, const char *reason)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(kp_trust_load(root, KEYS_NOW, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_CONFIG);
	if (strstr(error->message, reason) == NULL)
		g_error("'%s' does not say '%s'", error->message, reason);
}

static void test_nobody(void)
{
	char *root = fixture_folder();
	g_autofree char *folder = below(root, TRUSTED);

	refused(root, "does not exist");
	g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
	refused(root, "has no certificate");
	put(root, "README", "nothing here");
	refused(root, "has no certificate");
	put(root, "bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	refused(root, "has no certificate");
	fixture_remove(root);
}

static void test_writable(void)
{
	static const char *const places[] = { "etc/pki", "etc/pki/kpatch", TRUSTED,
					      TRUSTED "/site.pem" };
	static const mode_t modes[] = { 0775, 0757, 0777 };
	char *root = fixture_folder();

	put_certificate(root, "site.pem", &(KeysCertificate){ 0 });
	for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = below(root, places[i]);

		for (gsize m = 0; m < G_N_ELEMENTS(modes); m++) {
			g_assert_cmpint(chmod(path, modes[m]), ==, 0);
			refused(root, "others than its owner may write it");
		}
		g_assert_cmpint(chmod(path, 0755), ==, 0);
	}
	kp_trust_free(load(root));
	fixture_remove(root);
}

static void test_owner(void)
{
	static const char *const places[] = { "etc/pki", TRUSTED, TRUSTED "/site.pem" };
	char *root;

	if (geteuid() != 0) {
		g_test_skip("only root can give files away");
		return;
	}
	root = fixture_folder();
	put_certificate(root, "site.pem", &(KeysCertificate){ 0 });
	for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = below(root, places[i]);

		g_assert_cmpint(chown(path, 65534, 65534), ==, 0);
		refused(root, "its owner");
		g_assert_cmpint(chown(path, 0, 0), ==, 0);
	}
	kp_trust_free(load(root));
	fixture_remove(root);
}

static void test_no_files(void)
{
	char *root = fixture_folder();
	g_autofree char *link = below(root, TRUSTED "/link.pem");
	g_autofree char *fifo = below(root, TRUSTED "/fifo.pem");
	g_autofree char *folder = below(root, TRUSTED "/folder.pem");

	put_certificate(root, "site.pem", &(KeysCertificate){ 0 });
	g_assert_cmpint(symlink("site.pem", link), ==, 0);
	refused(root, "symbolic link");
	g_unlink(link);
	g_assert_cmpint(mkfifo(fifo, 0644), ==, 0);
	refused(root, "regular file");
	g_unlink(fifo);
	g_assert_cmpint(g_mkdir(folder, 0755), ==, 0);
	refused(root, "regular file");
	fixture_remove(root);
}

static void test_linked_folder(void)
{
	char *root = fixture_folder();
	g_autofree char *folder = below(root, TRUSTED);
	g_autofree char *aside = below(root, "etc/pki/kpatch/aside");

	put_certificate(root, "site.pem", &(KeysCertificate){ 0 });
	g_assert_cmpint(g_rename(folder, aside), ==, 0);
	g_assert_cmpint(symlink("aside", folder), ==, 0);
	refused(root, "no symbolic link");
	fixture_remove(root);
}

/* One bad file takes nothing from the good ones, but is spoken of. */
static void test_damaged_file(void)
{
	char *root = fixture_folder();
	g_autoptr(KpTrust) trust = NULL;

	put_certificate(root, "site.pem", &(KeysCertificate){ 0 });
	put(root, "bad.pem", "no certificate at all");
	put(root, "site.der", "what is this");
	put(root, ".hidden", "not looked at");
	trust = load(root);
	g_assert_cmpuint(kp_trust_certificates(trust), ==, 1);
	g_assert_cmpuint(kp_trust_warnings(trust)->len, ==, 2);
	fixture_remove(root);
}

static void test_bundle(void)
{
	g_autoptr(X509) one = keys_certificate(&(KeysCertificate){ 0 });
	g_autoptr(X509) two = keys_certificate(&(KeysCertificate){ .key = KEYS_OTHER, .name = "Two" });
	g_autofree char *one_pem = keys_pem(one), *two_pem = keys_pem(two);
	g_autofree char *both = g_strconcat("the first\n", one_pem, "the second\n", two_pem, NULL);
	g_autoptr(GBytes) file = keys_sign_text("x", two, KEYS_OTHER);
	g_autoptr(KpTrust) trust = NULL;
	char *root = fixture_folder();

	put(root, "both.crt", both);
	trust = load(root);
	g_assert_cmpuint(kp_trust_certificates(trust), ==, 2);
	g_assert_cmpint(keys_verdict(file, trust, NULL), ==, KP_VERDICT_GOOD);
	fixture_remove(root);
}

/* What a certificate must be like to vouch for code. */
static void test_certificates(void)
{
	static const struct {
		KeysCertificate certificate;
		KpVerdict verdict;
	} cases[] = {
		{ { 0 }, KP_VERDICT_GOOD },
		{ { .from = -20, .to = -1 }, KP_VERDICT_EXPIRED },
		{ { .from = 1, .to = 20 }, KP_VERDICT_NOT_YET_VALID },
		{ { .usage = "digitalSignature" }, KP_VERDICT_GOOD },
		{ { .usage = "digitalSignature", .extended = "codeSigning" }, KP_VERDICT_GOOD },
		{ { .extended = "codeSigning,serverAuth" }, KP_VERDICT_GOOD },
		{ { .extended = "1.3.6.1.4.1.2312.16.1.2" }, KP_VERDICT_GOOD },
		{ { .extended = "anyExtendedKeyUsage" }, KP_VERDICT_GOOD },
		{ { .usage = "keyCertSign,cRLSign" }, KP_VERDICT_WRONG_USAGE },
		{ { .usage = "keyEncipherment", .extended = "codeSigning" }, KP_VERDICT_WRONG_USAGE },
		{ { .extended = "serverAuth" }, KP_VERDICT_WRONG_USAGE },
		{ { .usage = "digitalSignature", .extended = "emailProtection" },
		  KP_VERDICT_WRONG_USAGE },
		{ { .critical = TRUE }, KP_VERDICT_WRONG_USAGE },
		{ { .key = KEYS_WEAK }, KP_VERDICT_WEAK_KEY },
		{ { .key = KEYS_CURVE }, KP_VERDICT_GOOD },
		{ { .key = KEYS_SHORT }, KP_VERDICT_WEAK_KEY },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(X509) certificate = keys_certificate(&cases[i].certificate);
		g_autoptr(KpTrust) trust = kp_trust_of(certificate, "x", KEYS_NOW);
		g_autoptr(GBytes) file = keys_sign_text("x", certificate, cases[i].certificate.key);

		g_assert_cmpint(keys_verdict(file, trust, NULL), ==, cases[i].verdict);
	}
}

/* To the second. */
static void test_dates(void)
{
	static const struct {
		gint64 now;
		KpVerdict verdict;
	} cases[] = {
		{ KEYS_NOW - 10 * KEYS_DAY - 1, KP_VERDICT_NOT_YET_VALID },
		{ KEYS_NOW - 10 * KEYS_DAY, KP_VERDICT_GOOD },
		{ KEYS_NOW + 10 * KEYS_DAY - 1, KP_VERDICT_GOOD },
		{ KEYS_NOW + 10 * KEYS_DAY, KP_VERDICT_EXPIRED },
		{ 0, KP_VERDICT_NOT_YET_VALID },
	};
	g_autoptr(X509) certificate = keys_certificate(&(KeysCertificate){ 0 });
	g_autoptr(GBytes) file = keys_sign_text("x", certificate, KEYS_SITE);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(KpTrust) trust = kp_trust_of(certificate, "x", cases[i].now);

		g_assert_cmpint(keys_verdict(file, trust, NULL), ==, cases[i].verdict);
	}
}

/* An authority's certificate does not make good what it has issued. */
static void test_authority(void)
{
	g_autoptr(X509) authority = keys_certificate(&(KeysCertificate){ .key = KEYS_OTHER,
							  .name = "Authority" });
	g_autoptr(X509) site = keys_certificate(&(KeysCertificate){ .serial = 5,
						     .issuer = authority, .issuer_key = KEYS_OTHER });
	g_autoptr(KpTrust) trust = kp_trust_of(authority, "x", KEYS_NOW);
	g_autoptr(GBytes) file = keys_sign_text("x", site, KEYS_SITE);

	g_assert_cmpint(keys_verdict(file, trust, NULL), ==, KP_VERDICT_UNKNOWN_SIGNER);
}

static void test_compressed(void)
{
	g_autoptr(X509) certificate = keys_certificate(&(KeysCertificate){ 0 });
	g_autoptr(KpTrust) trust = kp_trust_of(certificate, "x", KEYS_NOW);
	g_autoptr(GBytes) file = g_bytes_new_static("\xfd" "7zXZ\0\0\4", 8);
	g_autofree char *reason = NULL;

	g_assert_cmpint(keys_verdict(file, trust, &reason), ==, KP_VERDICT_UNSIGNED);
	g_assert_nonnull(strstr(reason, "compressed (xz)"));
}

int main(int argc, char **argv)
{
	umask(022);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sign/trust/nobody", test_nobody);
	g_test_add_func("/sign/trust/writable", test_writable);
	g_test_add_func("/sign/trust/owner", test_owner);
	g_test_add_func("/sign/trust/no-files", test_no_files);
	g_test_add_func("/sign/trust/linked-folder", test_linked_folder);
	g_test_add_func("/sign/trust/damaged-file", test_damaged_file);
	g_test_add_func("/sign/trust/bundle", test_bundle);
	g_test_add_func("/sign/trust/certificates", test_certificates);
	g_test_add_func("/sign/trust/dates", test_dates);
	g_test_add_func("/sign/trust/authority", test_authority);
	g_test_add_func("/sign/trust/compressed", test_compressed);
	return g_test_run();
}
