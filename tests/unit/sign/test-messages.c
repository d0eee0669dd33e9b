/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages that are CMS, or nearly, and not what a module may carry. */
#include <openssl/rsa.h>
#include <string.h>

#include "base/error.h"
#include "sign/keys.h"
#include "signing/cms.h"

static const char payload_text[] = "payload";

static void refused(GBytes *der, const char *reason)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(kp_cms_parse(der, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
	if (strstr(error->message, reason) == NULL)
		g_error("'%s' does not say '%s'", error->message, reason);
}

static GBytes *good_der(void)
{
	g_autoptr(X509) certificate = keys_certificate(&(KeysCertificate){ 0 });
	g_autoptr(GBytes) content = g_bytes_new_static(payload_text, strlen(payload_text));

	return kp_cms_make(content, keys_get(KEYS_SITE), certificate, EVP_sha256(), NULL);
}

/* @head, then @der from its byte @from on, then @tail. */
static GBytes *wrap(const char *head, gsize head_size, GBytes *der, gsize from, const char *tail,
		    gsize tail_size)
{
	GByteArray *bytes = g_byte_array_new();

	g_byte_array_append(bytes, (const guint8 *)head, (guint)head_size);
	g_byte_array_append(bytes, (const guint8 *)g_bytes_get_data(der, NULL) + from,
			    (guint)(g_bytes_get_size(der) - from));
	g_byte_array_append(bytes, (const guint8 *)tail, (guint)tail_size);
	return g_byte_array_free_to_bytes(bytes);
}

/* BER allows them, DER does not: other bytes with the same meaning. */
static void test_spellings(void)
{
	g_autoptr(GBytes) der = good_der();
	const guint8 *bytes = g_bytes_get_data(der, NULL);
	char longer[] = { 0x30, (char)0x83, 0, (char)bytes[2], (char)bytes[3] };
	char longest[] = { 0x30, (char)0x84, 0, 0, (char)bytes[2], (char)bytes[3] };
	g_autoptr(GBytes) indefinite = wrap("\x30\x80", 2, der, 4, "\0\0", 2);
	g_autoptr(GBytes) wide = wrap(longer, sizeof(longer), der, 4, "", 0);
	g_autoptr(GBytes) wider = wrap(longest, sizeof(longest), der, 4, "", 0);
	g_autoptr(GBytes) followed = wrap("", 0, der, 0, "\0", 1);
	g_autoptr(KpCms) cms = kp_cms_parse(der, NULL);

	g_assert_nonnull(cms);
	g_assert_cmphex(bytes[1], ==, 0x82);
	refused(indefinite, "DER");
	refused(wide, "DER");
	refused(wider, "DER");
	refused(followed, "DER");
}

static void test_lengths(void)
{
	static const struct {
		const char *head;
		gsize size;
	} heads[] = {
		{ "\x30\x84\xff\xff\xff\xff", 6 }, { "\x30\x84\x80\x00\x00\x00", 6 },
		{ "\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10 },
		{ "\x30\x88\x7f\xff\xff\xff\xff\xff\xff\xff", 10 },
		{ "\x30\xff", 2 }, { "\x30\x82\xff\xff", 4 }, { "\x30\x00", 2 }, { "\x30\x80", 2 },
		{ "\x3f\xff\xff\xff\xff\xff\x7f\x01", 8 }, { "\x30", 1 },
	};
	g_autoptr(GBytes) der = good_der();

	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		g_autoptr(GBytes) alone = g_bytes_new(heads[i].head, heads[i].size);
		g_autoptr(GBytes) before = wrap(heads[i].head, heads[i].size, der, 4, "", 0);

		refused(alone, "DER");
		refused(before, "DER");
	}
}

static void test_nested(void)
{
	static const char *const heads[] = { "\x30\x80", "\x31\x80", "\xa0\x80", "\x24\x80" };

	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		GByteArray *deep = g_byte_array_new();
		g_autoptr(GBytes) der = NULL;

		for (guint level = 0; level < 30000; level++)
			g_byte_array_append(deep, (const guint8 *)heads[i], 2);
		der = g_byte_array_free_to_bytes(deep);
		refused(der, "DER");
	}
}

static GBytes *der_of(CMS_ContentInfo *message)
{
	guint8 *bytes = NULL;
	int size = i2d_CMS_ContentInfo(message, &bytes);
	GBytes *der = g_bytes_new(bytes, (gsize)size);

	g_assert_cmpint(size, >, 0);
	OPENSSL_free(bytes);
	return der;
}

static void add_key_id(X509 *certificate)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	ASN1_OCTET_STRING_set(id, (const guint8 *)"0123456789", 10);
	g_assert_cmpint(X509_add1_ext_i2d(certificate, NID_subject_key_identifier, id, 0, 0), ==, 1);
	ASN1_OCTET_STRING_free(id);
}

#define USUAL (CMS_NOCERTS | CMS_BINARY | CMS_DETACHED | CMS_NOATTR | CMS_NOSMIMECAP)

/* A message of the usual form but for @with and @without. */
static GBytes *message(unsigned int with, unsigned int without, const EVP_MD *digest, int signers)
{
	const unsigned int form = (USUAL | with) & ~without;
	g_autoptr(X509) certificate = keys_certificate(&(KeysCertificate){ 0 });
	g_autoptr(X509) second = keys_certificate(&(KeysCertificate){ .key = KEYS_OTHER, .serial = 2 });
	g_autoptr(BIO) content = BIO_new_mem_buf(payload_text, -1);
	g_autoptr(CMS_ContentInfo) made = CMS_sign(NULL, NULL, NULL, NULL, form | CMS_PARTIAL);

	add_key_id(certificate);
	g_assert_nonnull(CMS_add1_signer(made, certificate, keys_get(KEYS_SITE), digest,
					 form | CMS_PARTIAL));
	if (signers > 1)
		g_assert_nonnull(CMS_add1_signer(made, second, keys_get(KEYS_OTHER), digest,
						 form | CMS_PARTIAL));
	g_assert_cmpint(CMS_final(made, content, NULL, form), ==, 1);
	return der_of(made);
}

/* The same payload, the same key, and yet nothing for a module. */
static void test_forms(void)
{
	const struct {
		unsigned int with, without;
		const EVP_MD *digest;
		int signers;
		const char *reason;
	} forms[] = {
		{ 0, CMS_NOATTR, EVP_sha256(), 1, "attributes" },
		{ 0, CMS_NOCERTS, EVP_sha256(), 1, "certificates" },
		{ 0, CMS_DETACHED, EVP_sha256(), 1, "content" },
		{ CMS_USE_KEYID, CMS_NOATTR, EVP_sha256(), 1, "DER" },
		{ CMS_USE_KEYID, CMS_NOCERTS, EVP_sha256(), 1, "DER" },
		{ CMS_USE_KEYID, CMS_DETACHED, EVP_sha256(), 1, "DER" },
		{ CMS_USE_KEYID, 0, EVP_sha1(), 1, "neither SHA-2" },
		{ 0, 0, EVP_sha1(), 1, "neither SHA-2" },
		{ 0, 0, EVP_sha224(), 1, "neither SHA-2" },
		{ 0, 0, EVP_sha3_224(), 1, "neither SHA-2" },
		{ 0, 0, EVP_sha256(), 2, "one signer" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autoptr(GBytes) der = message(forms[i].with, forms[i].without, forms[i].digest,
						forms[i].signers);

		refused(der, forms[i].reason);
	}
}

/* sign-file -k: by the subject key identifier. Good as it is; no byte of it may be
 * another, but those of the signature, which is looked at later. */
static void test_key_id(void)
{
	g_autoptr(GBytes) der = message(CMS_USE_KEYID, 0, EVP_sha256(), 1);
	g_autoptr(X509) certificate = keys_certificate(&(KeysCertificate){ 0 });
	g_autoptr(X509) without = keys_certificate(&(KeysCertificate){ 0 });
	g_autoptr(KpCms) cms = kp_cms_parse(der, NULL);
	guint8 hash[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	gsize length = 0;
	const guint8 *bytes = g_bytes_get_data(der, &length);

	g_assert_nonnull(cms);
	g_assert_null(kp_cms_issuer(cms));
	g_assert_nonnull(kp_cms_key_id(cms));
	g_assert_false(kp_cms_names(cms, without));
	add_key_id(certificate);
	g_assert_true(kp_cms_names(cms, certificate));
	EVP_Digest(payload_text, strlen(payload_text), hash, &size, EVP_sha256(), NULL);
	g_assert_true(kp_cms_check(cms, certificate, hash, size, NULL));
	for (gsize at = 0; at < length; at++) {
		for (guint bit = 0; bit < 8; bit++) {
			guint8 *changed = g_memdup2(bytes, length);
			g_autoptr(GBytes) other = NULL;
			g_autoptr(KpCms) parsed = NULL;

			changed[at] ^= (guint8)(1U << bit);
			other = g_bytes_new_take(changed, length);
			parsed = kp_cms_parse(other, NULL);
			g_assert_false(parsed != NULL && kp_cms_names(parsed, certificate) &&
				       kp_cms_check(parsed, certificate, hash, size, NULL));
		}
	}
}

static void test_pss(void)
{
	g_autoptr(X509) certificate = keys_certificate(&(KeysCertificate){ 0 });
	g_autoptr(BIO) content = BIO_new_mem_buf(payload_text, -1);
	g_autoptr(CMS_ContentInfo) made = CMS_sign(NULL, NULL, NULL, NULL, USUAL | CMS_PARTIAL);
	CMS_SignerInfo *signer = CMS_add1_signer(made, certificate, keys_get(KEYS_SITE),
						 EVP_sha256(), USUAL | CMS_PARTIAL | CMS_KEY_PARAM);
	g_autoptr(GBytes) der = NULL;

	EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(signer), RSA_PKCS1_PSS_PADDING);
	g_assert_cmpint(CMS_final(made, content, NULL, USUAL), ==, 1);
	der = der_of(made);
	refused(der, "neither RSA");
}

static void test_other_kinds(void)
{
	/* a message of the kind "data", with none in it */
	static const char data[] = "\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x02\x04\x00";
	g_autoptr(GBytes) der = g_bytes_new_static(data, sizeof(data) - 1);
	g_autoptr(GBytes) text = g_bytes_new_static("hello", 5);
	g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);

	refused(der, "no signed message");
	refused(text, "DER");
	refused(nothing, "DER");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sign/messages/spellings", test_spellings);
	g_test_add_func("/sign/messages/lengths", test_lengths);
	g_test_add_func("/sign/messages/nested", test_nested);
	g_test_add_func("/sign/messages/forms", test_forms);
	g_test_add_func("/sign/messages/key-id", test_key_id);
	g_test_add_func("/sign/messages/pss", test_pss);
	g_test_add_func("/sign/messages/other-kinds", test_other_kinds);
	return g_test_run();
}
