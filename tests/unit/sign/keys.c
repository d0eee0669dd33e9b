/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/keys.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signing/cms.h"
#include "signing/format.h"

EVP_PKEY *keys_get(KeysName name)
{
	static EVP_PKEY *made[KEYS_COUNT];
	static const unsigned int bits[KEYS_COUNT] = { 2048, 2048, 1024, 0, 0 };
	const char *curve = name == KEYS_SHORT ? "P-224" : "P-256";

	if (made[name] == NULL)
		made[name] = bits[name] != 0 ? EVP_RSA_gen(bits[name]) : EVP_EC_gen(curve);
	g_assert_nonnull(made[name]);
	return made[name];
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension;

	if (value == NULL)
		return;
	extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	g_assert_nonnull(extension);
	g_assert_cmpint(X509_add_ext(certificate, extension, -1), ==, 1);
	X509_EXTENSION_free(extension);
}

static void add_unknown(X509 *certificate)
{
	ASN1_OBJECT *object = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	g_assert_cmpint(ASN1_OCTET_STRING_set(data, (const guint8 *)"\x05\x00", 2), ==, 1);
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, 1, data);
	g_assert_cmpint(X509_add_ext(certificate, extension, -1), ==, 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(data);
	ASN1_OBJECT_free(object);
}

static void set_time(ASN1_TIME *time, int days)
{
	g_assert_nonnull(ASN1_TIME_adj(time, KEYS_NOW, days, 0));
}

X509 *keys_certificate(const KeysCertificate *wanted)
{
	X509 *made = X509_new();
	X509_NAME *name = X509_get_subject_name(made);
	gboolean dated = wanted->from != 0 || wanted->to != 0;

	X509_set_version(made, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(made), wanted->serial != 0 ? wanted->serial : 1);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const guint8 *)
				   (wanted->name != NULL ? wanted->name : "Site"), -1, -1, 0);
	X509_set_issuer_name(made, wanted->issuer != NULL ?
			     X509_get_subject_name(wanted->issuer) : name);
	set_time(X509_getm_notBefore(made), dated ? wanted->from : -10);
	set_time(X509_getm_notAfter(made), dated ? wanted->to : 10);
	X509_set_pubkey(made, keys_get(wanted->key));
	add_extension(made, NID_key_usage, wanted->usage);
	add_extension(made, NID_ext_key_usage, wanted->extended);
	if (wanted->critical)
		add_unknown(made);
	g_assert_cmpint(X509_sign(made, keys_get(wanted->issuer != NULL ? wanted->issuer_key :
						 wanted->key), EVP_sha256()), >, 0);
	return made;
}

static char *text_of(BIO *bio)
{
	char *bytes = NULL;
	long size = BIO_get_mem_data(bio, &bytes);

	return g_strndup(bytes, (gsize)size);
}

char *keys_pem(X509 *certificate)
{
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());

	g_assert_cmpint(PEM_write_bio_X509(bio, certificate), ==, 1);
	return text_of(bio);
}

static void add_revoked(X509_CRL *crl, long serial)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	ASN1_TIME *time = ASN1_TIME_adj(NULL, KEYS_NOW, -1, 0);

	ASN1_INTEGER_set(number, serial);
	X509_REVOKED_set_serialNumber(entry, number);
	X509_REVOKED_set_revocationDate(entry, time);
	X509_CRL_add0_revoked(crl, entry);
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(time);
}

char *keys_crl(X509 *issuer, KeysName key, const long *revoked, int from, int to, gboolean delta)
{
	g_autoptr(X509_CRL) crl = X509_CRL_new();
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
	ASN1_INTEGER *base = ASN1_INTEGER_new();
	ASN1_TIME *time = ASN1_TIME_new();

	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer));
	set_time(time, from);
	X509_CRL_set1_lastUpdate(crl, time);
	set_time(time, to);
	X509_CRL_set1_nextUpdate(crl, time);
	for (; *revoked != 0; revoked++)
		add_revoked(crl, *revoked);
	if (delta)
		g_assert_cmpint(X509_CRL_add1_ext_i2d(crl, NID_delta_crl, base, 1, 0), ==, 1);
	X509_CRL_sort(crl);
	g_assert_cmpint(X509_CRL_sign(crl, keys_get(key), EVP_sha256()), >, 0);
	g_assert_cmpint(PEM_write_bio_X509_CRL(bio, crl), ==, 1);
	ASN1_INTEGER_free(base);
	ASN1_TIME_free(time);
	return text_of(bio);
}

GBytes *keys_sign(GBytes *payload, X509 *certificate, KeysName key, const char *digest)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) message = kp_cms_make(payload, keys_get(key), certificate,
						kp_digest_find(digest), &error);
	g_autoptr(GBytes) appended = NULL;
	GByteArray *file = g_byte_array_new();
	gsize size = 0;
	const guint8 *bytes = g_bytes_get_data(payload, &size);

	g_assert_no_error(error);
	appended = kp_trailer_make(message, &error);
	g_assert_no_error(error);
	if (size > 0)
		g_byte_array_append(file, bytes, (guint)size);
	g_byte_array_append(file, g_bytes_get_data(appended, NULL),
			    (guint)g_bytes_get_size(appended));
	return g_byte_array_free_to_bytes(file);
}

GBytes *keys_sign_text(const char *text, X509 *certificate, KeysName key)
{
	g_autoptr(GBytes) payload = g_bytes_new(text, strlen(text));

	return keys_sign(payload, certificate, key, "sha256");
}

int keys_fd(const void *bytes, gsize size)
{
	int fd = memfd_create("kpatch-unit", MFD_CLOEXEC);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, bytes, size), ==, (gssize)size);
	return fd;
}

KpVerdict keys_verdict(GBytes *file, const KpTrust *trust, char **reason)
{
	g_autoptr(KpSignOutcome) outcome = NULL;
	g_autoptr(GError) error = NULL;
	gsize size = 0;
	gconstpointer bytes = g_bytes_get_data(file, &size);
	int fd = keys_fd(size > 0 ? bytes : "", size);
	gboolean good = kp_sign_verify_fd(fd, trust, &outcome, &error);

	close(fd);
	g_assert_nonnull(outcome);
	g_assert_cmpint(good, ==, outcome->verdict == KP_VERDICT_GOOD);
	g_assert_cmpint(good, ==, error == NULL);
	if (reason != NULL)
		*reason = g_strdup(error != NULL ? error->message : "");
	return outcome->verdict;
}
