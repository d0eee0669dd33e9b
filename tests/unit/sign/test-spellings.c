/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same signature in other bytes, which anybody can make: a digest that is revoked
 * stays revoked. The other bytes are OpenSSL's here, not ours. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <string.h>

#include "sign/keys.h"
#include "signing/format.h"
#include "signing/trusted.h"

static const char payload_text[] = "the bytes of a module";

#define USUAL (CMS_NOCERTS | CMS_BINARY | CMS_DETACHED | CMS_NOATTR | CMS_NOSMIMECAP)

static X509 *certificate_of(KeysName key)
{
	X509 *certificate = keys_certificate(&(KeysCertificate){ .key = key });
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	ASN1_OCTET_STRING_set(id, (const guint8 *)"0123456789", 10);
	g_assert_cmpint(X509_add1_ext_i2d(certificate, NID_subject_key_identifier, id, 0, 0), ==, 1);
	g_assert_cmpint(X509_sign(certificate, keys_get(key), EVP_sha256()), >, 0);
	ASN1_OCTET_STRING_free(id);
	return certificate;
}

static PKCS7 *sign(X509 *certificate, KeysName key)
{
	g_autoptr(BIO) content = BIO_new_mem_buf(payload_text, -1);
	g_autoptr(CMS_ContentInfo) made = CMS_sign(NULL, NULL, NULL, NULL,
						   USUAL | CMS_PARTIAL);
	guint8 *bytes = NULL;
	const guint8 *next;
	PKCS7 *message;
	int size;

	g_assert_nonnull(CMS_add1_signer(made, certificate, keys_get(key), EVP_sha256(),
					 USUAL | CMS_PARTIAL));
	g_assert_cmpint(CMS_final(made, content, NULL, USUAL), ==, 1);
	size = i2d_CMS_ContentInfo(made, &bytes);
	next = bytes;
	message = d2i_PKCS7(NULL, &next, size);
	OPENSSL_free(bytes);
	g_assert_nonnull(message);
	return message;
}

static GBytes *file_with(const guint8 *message, int size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(message, (gsize)size);
	g_autoptr(GBytes) end = kp_trailer_make(bytes, NULL);
	GByteArray *file = g_byte_array_new();

	g_byte_array_append(file, (const guint8 *)payload_text, strlen(payload_text));
	g_byte_array_append(file, g_bytes_get_data(end, NULL), (guint)g_bytes_get_size(end));
	return g_byte_array_free_to_bytes(file);
}

static GBytes *file_of(PKCS7 *message)
{
	guint8 *bytes = NULL;
	int size = i2d_PKCS7(message, &bytes);
	GBytes *file = file_with(bytes, size);

	OPENSSL_free(bytes);
	return file;
}

static GBytes *file_by_key_id(X509 *certificate, KeysName key)
{
	g_autoptr(BIO) content = BIO_new_mem_buf(payload_text, -1);
	g_autoptr(CMS_ContentInfo) made = CMS_sign(NULL, NULL, NULL, NULL, USUAL | CMS_PARTIAL);
	guint8 *bytes = NULL;
	GBytes *file;
	int size;

	CMS_add1_signer(made, certificate, keys_get(key), EVP_sha256(),
			USUAL | CMS_USE_KEYID | CMS_PARTIAL);
	g_assert_cmpint(CMS_final(made, content, NULL, USUAL), ==, 1);
	size = i2d_CMS_ContentInfo(made, &bytes);
	file = file_with(bytes, size);
	OPENSSL_free(bytes);
	return file;
}

static PKCS7_SIGNER_INFO *signer_of(PKCS7 *message)
{
	return sk_PKCS7_SIGNER_INFO_value(message->d.sign->signer_info, 0);
}

static void turn_parameters(X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object;
	int type;

	X509_ALGOR_get0(&object, &type, NULL, algorithm);
	X509_ALGOR_set0(algorithm, OBJ_dup(object),
			type == V_ASN1_NULL ? V_ASN1_UNDEF : V_ASN1_NULL, NULL);
}

static void turn_digest(PKCS7 *message)
{
	turn_parameters(signer_of(message)->digest_alg);
	turn_parameters(sk_X509_ALGOR_value(message->d.sign->md_algs, 0));
}

static void turn_algorithm(PKCS7 *message)
{
	turn_parameters(signer_of(message)->digest_enc_alg);
}

/* n of P-256, as FIPS 186 has it */
static void mirror(PKCS7 *message)
{
	ASN1_OCTET_STRING *signature = signer_of(message)->enc_digest;
	const guint8 *next = ASN1_STRING_get0_data(signature);
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &next, ASN1_STRING_length(signature));
	BIGNUM *n = NULL;
	guint8 *der = NULL;
	int size;

	BN_hex2bn(&n, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
	BN_sub(n, n, ECDSA_SIG_get0_s(pair));
	ECDSA_SIG_set0(pair, BN_dup(ECDSA_SIG_get0_r(pair)), n);
	size = i2d_ECDSA_SIG(pair, &der);
	ASN1_OCTET_STRING_set(signature, der, size);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
}

static const struct {
	const char *name;
	KeysName key;
	void (*turn[3])(PKCS7 *message);
} rows[] = {
	{ "rsa-digest", KEYS_SITE, { turn_digest } },
	{ "rsa-algorithm", KEYS_SITE, { turn_algorithm } },
	{ "rsa-both", KEYS_SITE, { turn_digest, turn_algorithm } },
	{ "ecdsa-s", KEYS_CURVE, { mirror } },
	{ "ecdsa-digest", KEYS_CURVE, { turn_digest } },
	{ "ecdsa-algorithm", KEYS_CURVE, { turn_algorithm } },
	{ "ecdsa-all", KEYS_CURVE, { mirror, turn_digest, turn_algorithm } },
};

/* Both are good, until one of them is revoked. */
static void one_is_both(X509 *certificate, GBytes *file, GBytes *other)
{
	g_autoptr(KpTrust) trust = kp_trust_of(certificate, "site.pem", KEYS_NOW);
	GBytes *const files[] = { file, other };

	g_assert_false(g_bytes_equal(file, other));
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
		g_assert_cmpint(keys_verdict(files[i], trust, NULL), ==, KP_VERDICT_GOOD);
	for (gsize revoked = 0; revoked < G_N_ELEMENTS(files); revoked++) {
		g_hash_table_remove_all(trust->digests);
		g_hash_table_insert(trust->digests,
				    g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, files[revoked]),
				    g_strdup("site.list"));
		for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
			g_assert_cmpint(keys_verdict(files[i], trust, NULL), ==,
					KP_VERDICT_REVOKED_DIGEST);
		/* also when the certificate is not valid any more: a site may let that pass */
		trust->now = KEYS_NOW + 100 * KEYS_DAY;
		for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
			g_assert_cmpint(keys_verdict(files[i], trust, NULL), ==,
					KP_VERDICT_REVOKED_DIGEST);
		trust->now = KEYS_NOW;
	}
}

static void test_turned(gconstpointer data)
{
	gsize row = GPOINTER_TO_SIZE(data);
	g_autoptr(X509) certificate = certificate_of(rows[row].key);
	g_autoptr(PKCS7) message = sign(certificate, rows[row].key);
	g_autoptr(GBytes) file = file_of(message);
	g_autoptr(GBytes) other = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(rows[row].turn) && rows[row].turn[i] != NULL; i++)
		rows[row].turn[i](message);
	other = file_of(message);
	one_is_both(certificate, file, other);
}

/* The signer by issuer and serial number, and by its key: RSA signs both alike. */
static void test_key_id(void)
{
	g_autoptr(X509) certificate = certificate_of(KEYS_SITE);
	g_autoptr(PKCS7) message = sign(certificate, KEYS_SITE);
	g_autoptr(GBytes) file = file_of(message);
	g_autoptr(GBytes) other = file_by_key_id(certificate, KEYS_SITE);

	one_is_both(certificate, file, other);
}

/* Another signature of the same bytes is another file. */
static void test_others_stay(void)
{
	g_autoptr(X509) certificate = certificate_of(KEYS_CURVE);
	g_autoptr(KpTrust) trust = kp_trust_of(certificate, "site.pem", KEYS_NOW);
	g_autoptr(PKCS7) message = sign(certificate, KEYS_CURVE);
	g_autoptr(PKCS7) again = sign(certificate, KEYS_CURVE);
	g_autoptr(GBytes) file = file_of(message);
	g_autoptr(GBytes) other = file_of(again);

	g_hash_table_insert(trust->digests, g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, file),
			    g_strdup("site.list"));
	g_assert_cmpint(keys_verdict(file, trust, NULL), ==, KP_VERDICT_REVOKED_DIGEST);
	g_assert_cmpint(keys_verdict(other, trust, NULL), ==, KP_VERDICT_GOOD);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdup_printf("/sign/spellings/%s", rows[i].name);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_turned);
	}
	g_test_add_func("/sign/spellings/key-id", test_key_id);
	g_test_add_func("/sign/spellings/others-stay", test_others_stay);
	return g_test_run();
}
