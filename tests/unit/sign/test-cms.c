/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signing and verifying: all good combinations, and every bit of a signed
 * file turned. */
#include <string.h>
#include <unistd.h>

#include "sign/keys.h"
#include "signing/cms.h"
#include "signing/format.h"
#include "signing/trusted.h"

static const char payload_text[] = "the bytes of a module, as far as a signature is concerned";

static GBytes *payload(void)
{
	return g_bytes_new_static(payload_text, strlen(payload_text));
}

static X509 *certificate_of(KeysName key)
{
	return keys_certificate(&(KeysCertificate){ .key = key });
}

static void test_round(void)
{
	static const KeysName keys[] = { KEYS_SITE, KEYS_CURVE };
	static const char *const digests[] = { "sha256", "sha384", "sha512",
					       "sha3-256", "sha3-384", "sha3-512" };
	g_autoptr(GBytes) content = payload();

	for (gsize k = 0; k < G_N_ELEMENTS(keys); k++) {
		g_autoptr(X509) certificate = certificate_of(keys[k]);
		g_autoptr(KpTrust) trust = kp_trust_of(certificate, "site.pem", KEYS_NOW);

		/* OpenSSL 3.0 knows no ECDSA with SHA-3 */
		for (gsize d = 0; d < (keys[k] == KEYS_CURVE ? 3 : G_N_ELEMENTS(digests)); d++) {
			g_autoptr(GBytes) file = keys_sign(content, certificate, keys[k],
							   digests[d]);

			g_assert_cmpint(keys_verdict(file, trust, NULL), ==, KP_VERDICT_GOOD);
		}
	}
	g_assert_null(kp_digest_find("sha1"));
	g_assert_null(kp_digest_find("SHA256"));
}

static void check_outcome(const KpSignOutcome *outcome, X509 *certificate)
{
	guint8 digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	g_autofree char *fingerprint = NULL;
	g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, payload_text, -1);

	X509_digest(certificate, EVP_sha256(), digest, &size);
	fingerprint = kp_openssl_hex(digest, size);
	g_assert_cmpstr(outcome->fingerprint, ==, fingerprint);
	g_assert_cmpuint(strlen(outcome->key_id), ==, 40);
	g_assert_cmpstr(outcome->subject, ==, "CN=Site");
	g_assert_cmpstr(outcome->issuer, ==, "CN=Site");
	g_assert_cmpstr(outcome->serial, ==, "04D2");
	g_assert_cmpstr(outcome->certificate, ==, "site.pem");
	g_assert_cmpstr(outcome->digest, ==, "sha384");
	g_assert_cmpstr(outcome->algorithm, ==, "rsa");
	g_assert_cmpstr(outcome->payload_sha256, ==, sha256);
	g_assert_cmpint(outcome->payload, ==, (gint64)strlen(payload_text));
	g_assert_cmpint(outcome->not_after, ==, KEYS_NOW + 10 * KEYS_DAY);
}

/* Which certificate vouched is in the outcome. */
static void test_outcome(void)
{
	g_autoptr(X509) certificate = keys_certificate(&(KeysCertificate){ .serial = 1234 });
	g_autoptr(KpTrust) trust = kp_trust_of(certificate, "site.pem", KEYS_NOW);
	g_autoptr(GBytes) content = payload();
	g_autoptr(GBytes) file = keys_sign(content, certificate, KEYS_SITE, "sha384");
	g_autoptr(KpSignOutcome) outcome = NULL;
	g_autofree char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, file);
	int fd = keys_fd(g_bytes_get_data(file, NULL), g_bytes_get_size(file));

	g_assert_true(kp_sign_verify_fd(fd, trust, &outcome, NULL));
	check_outcome(outcome, certificate);
	g_assert_cmpstr(outcome->file_sha256, ==, sha256);
	close(fd);
}

/* Every bit of payload, message and trailer: none may be turned unnoticed. */
static void every_bit(KeysName key)
{
	g_autoptr(X509) certificate = certificate_of(key);
	g_autoptr(KpTrust) trust = kp_trust_of(certificate, "site.pem", KEYS_NOW);
	g_autoptr(GBytes) content = payload();
	g_autoptr(GBytes) file = keys_sign(content, certificate, key, "sha256");
	gsize size = g_bytes_get_size(file);

	for (gsize bit = 0; bit < 8 * size; bit++) {
		guint8 *copy = g_memdup2(g_bytes_get_data(file, NULL), size);
		g_autoptr(GBytes) changed = NULL;

		copy[bit / 8] ^= (guint8)(1 << bit % 8);
		changed = g_bytes_new_take(copy, size);
		if (keys_verdict(changed, trust, NULL) == KP_VERDICT_GOOD)
			g_error("bit %" G_GSIZE_FORMAT " of byte %" G_GSIZE_FORMAT " (payload ends "
				"at %" G_GSIZE_FORMAT ") does not count", bit % 8, bit / 8,
				strlen(payload_text));
	}
}

static void test_every_bit_rsa(void)
{
	every_bit(KEYS_SITE);
}

static void test_every_bit_ecdsa(void)
{
	every_bit(KEYS_CURVE);
}

/* Every byte set to every value would take long; the ends of the range and
 * those that mean something in DER do not. */
static void test_every_byte(void)
{
	static const guint8 values[] = { 0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x30, 0x31, 0x7f, 0x80,
					 0x81, 0x82, 0x83, 0x84, 0x88, 0xa0, 0xa1, 0xfe, 0xff };
	g_autoptr(X509) certificate = certificate_of(KEYS_SITE);
	g_autoptr(KpTrust) trust = kp_trust_of(certificate, "site.pem", KEYS_NOW);
	g_autoptr(GBytes) content = payload();
	g_autoptr(GBytes) file = keys_sign(content, certificate, KEYS_SITE, "sha256");
	gsize size = g_bytes_get_size(file);

	for (gsize at = strlen(payload_text); at < size; at++) {
		for (gsize i = 0; i < sizeof(values); i++) {
			guint8 *copy = g_memdup2(g_bytes_get_data(file, NULL), size);
			gboolean same = copy[at] == values[i];
			g_autoptr(GBytes) changed = NULL;

			copy[at] = values[i];
			changed = g_bytes_new_take(copy, size);
			g_assert_cmpint(keys_verdict(changed, trust, NULL) == KP_VERDICT_GOOD, ==,
					same);
		}
	}
}

static void test_cut(void)
{
	g_autoptr(X509) certificate = certificate_of(KEYS_SITE);
	g_autoptr(KpTrust) trust = kp_trust_of(certificate, "site.pem", KEYS_NOW);
	g_autoptr(GBytes) content = payload();
	g_autoptr(GBytes) file = keys_sign(content, certificate, KEYS_SITE, "sha256");

	for (gsize size = 0; size < g_bytes_get_size(file); size++) {
		g_autoptr(GBytes) head = g_bytes_new_from_bytes(file, 0, size);
		g_autoptr(GBytes) tail = g_bytes_new_from_bytes(file, size + 1,
								g_bytes_get_size(file) - size - 1);

		g_assert_cmpint(keys_verdict(head, trust, NULL), ==, KP_VERDICT_UNSIGNED);
		g_assert_cmpint(keys_verdict(tail, trust, NULL), !=, KP_VERDICT_GOOD);
	}
}

static void test_signers(void)
{
	g_autoptr(X509) site = certificate_of(KEYS_SITE);
	g_autoptr(X509) second = keys_certificate(&(KeysCertificate){ .serial = 2 });
	g_autoptr(X509) usurper = certificate_of(KEYS_OTHER);	/* same name and serial */
	g_autoptr(KpTrust) believes_second = kp_trust_of(second, "second.pem", KEYS_NOW);
	g_autoptr(KpTrust) believes_usurper = kp_trust_of(usurper, "usurper.pem", KEYS_NOW);
	g_autoptr(GBytes) file = keys_sign_text(payload_text, site, KEYS_SITE);
	g_autofree char *reason = NULL;
	KpCertificate *more = g_new0(KpCertificate, 1);

	g_assert_cmpint(keys_verdict(file, believes_second, &reason), ==, KP_VERDICT_UNKNOWN_SIGNER);
	g_assert_nonnull(strstr(reason, "CN=Site"));
	g_assert_cmpint(keys_verdict(file, believes_usurper, NULL), ==, KP_VERDICT_CHANGED);

	/* one of two with the same name is enough */
	X509_up_ref(site);
	more->x509 = site;
	g_ptr_array_add(believes_usurper->certificates, more);
	g_assert_cmpint(keys_verdict(file, believes_usurper, NULL), ==, KP_VERDICT_GOOD);
}

/* A name is what a stranger wrote: no control codes, and fit for JSON. */
static void test_names(void)
{
	g_autoptr(X509) odd = keys_certificate(&(KeysCertificate){ .name = "a\033[31m\nb\u00e4" });
	g_autofree char *text = kp_openssl_name(X509_get_subject_name(odd));

	g_assert_cmpstr(text, ==, "CN=a\\1B[31m\\0Ab\u00e4");
	g_assert_true(g_utf8_validate(text, -1, NULL));
}

/* Another program's opinion: OpenSSL's own check of CMS messages. */
static void test_openssl_agrees(void)
{
	g_autoptr(X509) certificate = certificate_of(KEYS_CURVE);
	g_autoptr(GBytes) content = payload();
	g_autoptr(GBytes) der = kp_cms_make(content, keys_get(KEYS_CURVE), certificate, EVP_sha512(),
					    NULL);
	const guint8 *next = g_bytes_get_data(der, NULL);
	g_autoptr(CMS_ContentInfo) message = d2i_CMS_ContentInfo(NULL, &next,
								 (long)g_bytes_get_size(der));
	g_autoptr(BIO) bio = BIO_new_mem_buf(payload_text, -1);
	STACK_OF(X509) *signers = sk_X509_new_null();

	sk_X509_push(signers, certificate);
	g_assert_cmpint(CMS_verify(message, signers, NULL, bio, NULL,
				   CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY), ==, 1);
	sk_X509_free(signers);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sign/cms/round", test_round);
	g_test_add_func("/sign/cms/outcome", test_outcome);
	g_test_add_func("/sign/cms/every-bit-rsa", test_every_bit_rsa);
	g_test_add_func("/sign/cms/every-bit-ecdsa", test_every_bit_ecdsa);
	g_test_add_func("/sign/cms/every-byte", test_every_byte);
	g_test_add_func("/sign/cms/cut", test_cut);
	g_test_add_func("/sign/cms/signers", test_signers);
	g_test_add_func("/sign/cms/names", test_names);
	g_test_add_func("/sign/cms/openssl-agrees", test_openssl_agrees);
	return g_test_run();
}
