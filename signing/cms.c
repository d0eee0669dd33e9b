/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/cms.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "signing/cms-keyid.h"
#include "signing/cms-write.h"

struct KpCms {
	PKCS7 *message;		/* NULL: it names its signer by key */
	KpKeyIdMessage by_key;	/* used then */
	/* inside one of them */
	const X509_ALGOR *digest_alg;
	const X509_ALGOR *signature_alg;
	const ASN1_OCTET_STRING *signature;
	const PKCS7_ISSUER_AND_SERIAL *signer;	/* NULL: by key */
	const EVP_MD *digest;
	gboolean ecdsa;
};

/* SHA-1 is left out on purpose. The second name of each is OpenSSL's. Kernels
 * know SHA-3 since 6.7 (MODULE_SIG_SHA3_*), those of the vendors too. */
static const struct {
	const char *name;
	int nid;
	const EVP_MD *(*get)(void);
} digest_table[] = {
	{ "sha256", NID_sha256, EVP_sha256 },
	{ "sha384", NID_sha384, EVP_sha384 },
	{ "sha512", NID_sha512, EVP_sha512 },
	{ "sha3-256", NID_sha3_256, EVP_sha3_256 },
	{ "sha3-384", NID_sha3_384, EVP_sha3_384 },
	{ "sha3-512", NID_sha3_512, EVP_sha3_512 },
};

const EVP_MD *kp_digest_find(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(digest_table); i++)
		if (g_str_equal(digest_table[i].name, name))
			return digest_table[i].get();
	return NULL;
}

static const EVP_MD *digest_of_nid(int nid)
{
	for (gsize i = 0; i < G_N_ELEMENTS(digest_table); i++)
		if (digest_table[i].nid == nid)
			return digest_table[i].get();
	return NULL;
}

const char *kp_digest_name(const EVP_MD *digest)
{
	for (gsize i = 0; i < G_N_ELEMENTS(digest_table); i++)
		if (digest_table[i].nid == EVP_MD_get_type(digest))
			return digest_table[i].name;
	return "unknown";
}

static gboolean damaged(GError **error, const char *problem)
{
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
		    "its signature is damaged: %s; get the file again, or sign it again", problem);
	return FALSE;
}

static GBytes *der_of(CMS_ContentInfo *message, GError **error)
{
	guint8 *bytes = NULL;
	int size = i2d_CMS_ContentInfo(message, &bytes);
	GBytes *der;

	if (size <= 0) {
		kp_openssl_error(error, KP_ERROR_FAILED, "the signature cannot be encoded");
		return NULL;
	}
	der = g_bytes_new(bytes, (gsize)size);
	OPENSSL_free(bytes);
	return der;
}

GBytes *kp_cms_make(GBytes *payload, EVP_PKEY *key, X509 *certificate, const EVP_MD *digest,
		    GError **error)
{
	/* the kernel refuses signed attributes, and finds the certificate itself */
	const unsigned int form = CMS_NOCERTS | CMS_BINARY | CMS_DETACHED | CMS_NOATTR |
				  CMS_NOSMIMECAP;
	g_autoptr(CMS_ContentInfo) message = NULL;
	g_autoptr(BIO) content = NULL;
	gsize size = 0;
	gconstpointer bytes = g_bytes_get_data(payload, &size);

	g_return_val_if_fail(size <= G_MAXINT, NULL);
	content = BIO_new_mem_buf(bytes, (int)size);
	message = CMS_sign(NULL, NULL, NULL, NULL, form | CMS_PARTIAL);
	if (content == NULL || message == NULL ||
	    CMS_add1_signer(message, certificate, key, digest, form | CMS_PARTIAL) == NULL ||
	    CMS_final(message, content, NULL, form) != 1) {
		kp_openssl_error(error, KP_ERROR_FAILED, "it cannot be signed with this key");
		return NULL;
	}
	return der_of(message, error);
}

/* Parameters of a digest or of RSA: absent or NULL, both are in use. */
static gboolean no_parameters(const X509_ALGOR *algorithm)
{
	const void *value;
	int type;

	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

static int nid_of(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object;

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	return OBJ_obj2nid(object);
}

/* RSA with PKCS#1 padding, or ECDSA with the digest that the message names;
 * the kernel knows no other for modules. */
static gboolean algorithms_ok(KpCms *cms, GError **error)
{
	const X509_ALGOR *digest = cms->digest_alg;
	const X509_ALGOR *signature = cms->signature_alg;
	/* of the other form this is known already */
	const X509_ALGOR *listed = cms->message == NULL ? digest :
		sk_X509_ALGOR_value(cms->message->d.sign->md_algs, 0);
	int digest_nid = NID_undef, key_nid = NID_undef;

	cms->digest = digest_of_nid(nid_of(digest));
	if (cms->digest == NULL)
		return damaged(error, "its digest is neither SHA-2 nor SHA-3 with 256, 384 or 512 bits");
	if (!no_parameters(digest) || X509_ALGOR_cmp(digest, listed) != 0)
		return damaged(error, "its digests do not agree");
	if (nid_of(signature) == NID_rsaEncryption && no_parameters(signature))
		return TRUE;
	if (OBJ_find_sigid_algs(nid_of(signature), &digest_nid, &key_nid) == 1 &&
	    key_nid == NID_X9_62_id_ecPublicKey && digest_nid == nid_of(digest) &&
	    no_parameters(signature)) {
		cms->ecdsa = TRUE;
		return TRUE;
	}
	return damaged(error, "it is neither RSA (PKCS#1) nor ECDSA with its digest");
}

/* RFC 2315, 9.1 and 9.2: version 1 goes with issuer and serial number. */
static gboolean structure_ok(const PKCS7 *message, GError **error)
{
	const PKCS7_SIGNED *sign;
	const PKCS7_SIGNER_INFO *signer;

	if (!PKCS7_type_is_signed((PKCS7 *)message) || message->d.sign == NULL)
		return damaged(error, "it is no signed message");
	sign = message->d.sign;
	if (ASN1_INTEGER_get(sign->version) != 1 || sk_X509_ALGOR_num(sign->md_algs) != 1)
		return damaged(error, "its version or its list of digests is not the usual one");
	if (sign->contents == NULL || !PKCS7_type_is_data(sign->contents) ||
	    sign->contents->d.data != NULL)
		return damaged(error, "it carries content of its own");
	if (sign->cert != NULL || sign->crl != NULL)
		return damaged(error, "it carries certificates or revocation lists");
	if (sk_PKCS7_SIGNER_INFO_num(sign->signer_info) != 1)
		return damaged(error, "it has not exactly one signer");
	signer = sk_PKCS7_SIGNER_INFO_value(sign->signer_info, 0);
	if (ASN1_INTEGER_get(signer->version) != 1)
		return damaged(error, "its signer's version is not the usual one");
	if (signer->auth_attr != NULL || signer->unauth_attr != NULL)
		return damaged(error, "it carries attributes, which the kernel refuses");
	return TRUE;
}

/* OpenSSL reads more spellings (BER) than DER has: the message must be the
 * one that it writes. */
static gboolean is_der(const PKCS7 *message, GBytes *der)
{
	guint8 *bytes = NULL;
	int size = i2d_PKCS7((PKCS7 *)message, &bytes);
	gboolean same = size > 0 && (gsize)size == g_bytes_get_size(der) &&
			memcmp(bytes, g_bytes_get_data(der, NULL), (gsize)size) == 0;

	OPENSSL_free(bytes);
	return same;
}

static void take_parts(KpCms *cms)
{
	const PKCS7_SIGNER_INFO *signer;

	if (cms->message == NULL) {
		cms->digest_alg = cms->by_key.digest;
		cms->signature_alg = cms->by_key.algorithm;
		cms->signature = cms->by_key.signature;
		return;
	}
	signer = sk_PKCS7_SIGNER_INFO_value(cms->message->d.sign->signer_info, 0);
	cms->digest_alg = signer->digest_alg;
	cms->signature_alg = signer->digest_enc_alg;
	cms->signature = signer->enc_digest;
	cms->signer = signer->issuer_and_serial;
}

KpCms *kp_cms_parse(GBytes *der, GError **error)
{
	g_autoptr(KpCms) cms = g_new0(KpCms, 1);
	gsize size = 0;
	const guint8 *next = g_bytes_get_data(der, &size);

	cms->message = size <= G_MAXINT32 ? d2i_PKCS7(NULL, &next, (long)size) : NULL;
	ERR_clear_error();
	if (cms->message == NULL && kp_keyid_parse(der, &cms->by_key)) {
		take_parts(cms);
		return algorithms_ok(cms, error) ? g_steal_pointer(&cms) : NULL;
	}
	if (cms->message == NULL || !is_der(cms->message, der)) {
		damaged(error, "it is no message in DER");
		return NULL;
	}
	if (!structure_ok(cms->message, error))
		return NULL;
	take_parts(cms);
	return algorithms_ok(cms, error) ? g_steal_pointer(&cms) : NULL;
}

void kp_cms_free(KpCms *cms)
{
	if (cms == NULL)
		return;
	PKCS7_free(cms->message);
	CMS_ContentInfo_free(cms->by_key.message);
	g_free(cms);
}

const EVP_MD *kp_cms_digest(const KpCms *cms)
{
	return cms->digest;
}

const X509_NAME *kp_cms_issuer(const KpCms *cms)
{
	return cms->signer != NULL ? cms->signer->issuer : NULL;
}

const ASN1_INTEGER *kp_cms_serial(const KpCms *cms)
{
	return cms->signer != NULL ? cms->signer->serial : NULL;
}

const ASN1_OCTET_STRING *kp_cms_key_id(const KpCms *cms)
{
	return cms->signer == NULL ? cms->by_key.key_id : NULL;
}

const char *kp_cms_algorithm(const KpCms *cms)
{
	return cms->ecdsa ? "ecdsa" : "rsa";
}

/* X509_NAME_cmp() takes names for equal that differ in case and spaces, and
 * the kernel does not. */
static gboolean same_name(const X509_NAME *one, const X509_NAME *other)
{
	const unsigned char *a, *b;
	size_t a_size, b_size;

	return X509_NAME_get0_der(one, &a, &a_size) == 1 &&
	       X509_NAME_get0_der(other, &b, &b_size) == 1 &&
	       a_size == b_size && memcmp(a, b, a_size) == 0;
}

gboolean kp_cms_names(const KpCms *cms, X509 *certificate)
{
	if (cms->signer == NULL) {
		const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(certificate);

		return key_id != NULL && ASN1_OCTET_STRING_cmp(key_id, cms->by_key.key_id) == 0;
	}
	return ASN1_INTEGER_cmp(kp_cms_serial(cms), X509_get0_serialNumber(certificate)) == 0 &&
	       same_name(kp_cms_issuer(cms), X509_get_issuer_name(certificate));
}

static gboolean signature_ok(const KpCms *cms, EVP_PKEY *key, const guint8 *hash, gsize size)
{
	const ASN1_OCTET_STRING *signature = cms->signature;
	g_autoptr(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new(key, NULL);

	return context != NULL && EVP_PKEY_verify_init(context) == 1 &&
	       (cms->ecdsa || EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1) &&
	       EVP_PKEY_CTX_set_signature_md(context, cms->digest) == 1 &&
	       EVP_PKEY_verify(context, ASN1_STRING_get0_data(signature),
			       (gsize)ASN1_STRING_length(signature), hash, size) == 1;
}

gboolean kp_cms_check(const KpCms *cms, const X509 *certificate, const guint8 *hash, gsize size,
		      GError **error)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	gboolean good = key != NULL && EVP_PKEY_is_a(key, cms->ecdsa ? "EC" : "RSA") &&
			signature_ok(cms, key, hash, size);

	ERR_clear_error();
	if (!good)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED,
				    "it was changed after it was signed, or it was signed with another "
				    "key than that of the certificate it names; get the file again");
	return good;
}

GPtrArray *kp_cms_same(const KpCms *cms, X509 *certificate)
{
	const KpCmsParts parts = { .digest = cms->digest_alg, .algorithm = cms->signature_alg,
				   .signature = cms->signature };

	return kp_cms_spellings(&parts, certificate);
}
