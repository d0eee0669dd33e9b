/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

/* NIST SP 800-57 part 1: RSA with 2048 bits has 112, the shortest curve that
 * the kernel knows, P-256, has 128. */
#define SECURITY_BITS_RSA 112
#define SECURITY_BITS_CURVE 128

static char *moment_text(gint64 seconds)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(seconds);

	return g_date_time_format(date, "%Y-%m-%d %H:%M UTC");
}

static char *date_text(const ASN1_TIME *time)
{
	return moment_text(kp_openssl_time(time));
}

static KpVerdict refuse(GError **error, KpVerdict verdict, const char *reason)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED, reason);
	return verdict;
}

/* A date that cannot be read is no date in which we would believe. */
static KpVerdict dates_verdict(const X509 *certificate, gint64 now, GError **error)
{
	time_t at = (time_t)now;
	g_autofree char *date = NULL, *here = NULL;

	if (X509_cmp_time(X509_get0_notBefore(certificate), &at) >= 0) {
		date = date_text(X509_get0_notBefore(certificate));
		here = moment_text(now);
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "its signer's certificate is not valid before %s, and here it is %s; if "
			    "the clock is wrong, set it: what is refused at boot is tried again then",
			    date, here);
		return KP_VERDICT_NOT_YET_VALID;
	}
	if (X509_cmp_time(X509_get0_notAfter(certificate), &at) <= 0) {
		date = date_text(X509_get0_notAfter(certificate));
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "its signer's certificate expired at %s; sign it again with a current key",
			    date);
		return KP_VERDICT_EXPIRED;
	}
	return KP_VERDICT_GOOD;
}

/* The usage that shim gives to a Machine Owner Key that may sign modules and nothing
 * else: Red Hat's arc, and no name of OpenSSL's. */
#define MODULE_SIGNING "1.3.6.1.4.1.2312.16.1.2"

static gboolean is_for_modules(X509 *certificate)
{
	EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	gboolean found = FALSE;

	for (int i = 0; list != NULL && i < sk_ASN1_OBJECT_num(list) && !found; i++) {
		char oid[64];

		OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(list, i), 1);
		found = g_str_equal(oid, MODULE_SIGNING);
	}
	EXTENDED_KEY_USAGE_free(list);
	return found;
}

/* RFC 5280, 4.2.1.3 and 4.2.1.12: what is stated must allow it, and an
 * extension that is critical must be understood. */
static KpVerdict usage_verdict(X509 *certificate, GError **error)
{
	guint32 flags = X509_get_extension_flags(certificate);

	if ((flags & (EXFLAG_INVALID | EXFLAG_CRITICAL)) != 0)
		return refuse(error, KP_VERDICT_WRONG_USAGE,
			      "its signer's certificate has extensions that are damaged or unknown "
			      "and critical");
	if ((flags & EXFLAG_KUSAGE) != 0 &&
	    (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) == 0)
		return refuse(error, KP_VERDICT_WRONG_USAGE,
			      "its signer's certificate is not for signatures (its key usage lacks "
			      "digitalSignature)");
	if ((flags & EXFLAG_XKUSAGE) != 0 &&
	    (X509_get_extended_key_usage(certificate) & (XKU_CODE_SIGN | XKU_ANYEKU)) == 0 &&
	    !is_for_modules(certificate))
		return refuse(error, KP_VERDICT_WRONG_USAGE,
			      "its signer's certificate is not for code (its extended key usage lacks "
			      "codeSigning and that of modules)");
	return KP_VERDICT_GOOD;
}

static gboolean strong(EVP_PKEY *key)
{
	return EVP_PKEY_get_security_bits(key) >=
	       (EVP_PKEY_is_a(key, "RSA") ? SECURITY_BITS_RSA : SECURITY_BITS_CURVE);
}

/* The signatures of modules that kernels know. RSA-PSS and Ed25519 are other kinds. */
static KpVerdict key_verdict(EVP_PKEY *key, GError **error)
{
	if (key == NULL || !(EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC")))
		return refuse(error, KP_VERDICT_WRONG_USAGE,
			      "its signer's key is of a kind that the kernel does not know: "
			      "it takes RSA and ECDSA keys");
	if (!strong(key))
		return refuse(error, KP_VERDICT_WEAK_KEY,
			      "its signer's key is too weak: RSA must have 2048 bits or more, ECDSA "
			      "256 or more");
	return KP_VERDICT_GOOD;
}

KpVerdict kp_certificate_verdict(X509 *certificate, gint64 now, GError **error)
{
	KpVerdict verdict = usage_verdict(certificate, error);

	ERR_clear_error();
	if (verdict != KP_VERDICT_GOOD)
		return verdict;
	verdict = key_verdict(X509_get0_pubkey(certificate), error);
	return verdict == KP_VERDICT_GOOD ? dates_verdict(certificate, now, error) : verdict;
}

gboolean kp_certificate_signs_crls(X509 *certificate)
{
	return (X509_get_extension_flags(certificate) & EXFLAG_KUSAGE) == 0 ||
	       (X509_get_key_usage(certificate) & KU_CRL_SIGN) != 0;
}

char *kp_certificate_key_id(X509 *certificate)
{
	const ASN1_OCTET_STRING *stated = X509_get0_subject_key_id(certificate);
	guint8 digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (stated != NULL)
		return kp_openssl_hex(ASN1_STRING_get0_data(stated),
				      (gsize)ASN1_STRING_length(stated));
	X509_pubkey_digest(certificate, EVP_sha1(), digest, &size);
	return kp_openssl_hex(digest, size);
}

char *kp_certificate_fingerprint(const X509 *certificate)
{
	guint8 digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	X509_digest(certificate, EVP_sha256(), digest, &size);
	return kp_openssl_hex(digest, size);
}

guint kp_certificate_read_all(GBytes *pem, GPtrArray *list)
{
	gsize size = 0;
	gconstpointer bytes = g_bytes_get_data(pem, &size);
	g_autoptr(BIO) bio = BIO_new_mem_buf(size > 0 ? bytes : "", (int)size);
	guint count = 0;
	X509 *certificate;

	while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		g_ptr_array_add(list, certificate);
		count++;
	}
	ERR_clear_error();
	return count;
}
