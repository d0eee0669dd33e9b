/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/cms-write.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ECDSA_SIG, ECDSA_SIG_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_ALGOR, X509_ALGOR_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ASN1_OCTET_STRING, ASN1_OCTET_STRING_free)

/* X.690, 8.1: tags of what the message is made of */
enum {
	TAG_INTEGER = 0x02,
	TAG_OCTETS = 0x04,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
	TAG_KEY_ID = 0x80,	/* [0] IMPLICIT, primitive */
	TAG_CONTENT = 0xa0,	/* [0] EXPLICIT */
};

static const guint8 signed_data[] = { 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2 };
static const guint8 plain_data[] = { 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1 };
static const guint8 version_1[] = { TAG_INTEGER, 1, 1 };
static const guint8 version_3[] = { TAG_INTEGER, 1, 3 };

/* @content in an element of its own: tag, length in the shortest form, content. */
static void wrap(GByteArray *content, guint8 tag)
{
	guint8 head[6] = { tag };
	guint size = content->len, used = 1;

	if (size < 0x80) {
		head[used++] = (guint8)size;
	} else {
		guint bytes = size > 0xffffff ? 4 : size > 0xffff ? 3 : size > 0xff ? 2 : 1;

		head[used++] = (guint8)(0x80 | bytes);
		while (bytes-- > 0)
			head[used++] = (guint8)(size >> (8 * bytes));
	}
	g_byte_array_prepend(content, head, used);
}

static void add(GByteArray *to, const guint8 *bytes, gsize size)
{
	g_byte_array_append(to, bytes, (guint)size);
}

static void add_wrapped(GByteArray *to, GByteArray *content, guint8 tag)
{
	wrap(content, tag);
	add(to, content->data, content->len);
	g_byte_array_unref(content);
}

static void add_octets(GByteArray *to, const ASN1_STRING *octets, guint8 tag)
{
	GByteArray *content = g_byte_array_new();

	add(content, ASN1_STRING_get0_data(octets), (gsize)ASN1_STRING_length(octets));
	add_wrapped(to, content, tag);
}

static void add_algorithm(GByteArray *to, const X509_ALGOR *algorithm)
{
	guint8 *bytes = NULL;
	int size = i2d_X509_ALGOR((X509_ALGOR *)algorithm, &bytes);

	if (size > 0)
		add(to, bytes, (gsize)size);
	OPENSSL_free(bytes);
}

static void add_signer_id(GByteArray *to, const KpCmsParts *parts)
{
	GByteArray *content;
	const unsigned char *name = NULL;
	size_t size = 0;
	guint8 *serial = NULL;
	int serial_size;

	if (parts->key_id != NULL) {
		add_octets(to, parts->key_id, TAG_KEY_ID);
		return;
	}
	content = g_byte_array_new();
	if (X509_NAME_get0_der(parts->issuer, &name, &size) == 1)
		add(content, name, size);
	serial_size = i2d_ASN1_INTEGER(parts->serial, &serial);
	if (serial_size > 0)
		add(content, serial, (gsize)serial_size);
	OPENSSL_free(serial);
	add_wrapped(to, content, TAG_SEQUENCE);
}

GBytes *kp_cms_write(const KpCmsParts *parts)
{
	const guint8 *version = parts->key_id != NULL ? version_3 : version_1;
	GByteArray *signer = g_byte_array_new(), *sign = g_byte_array_new();
	GByteArray *digests = g_byte_array_new(), *content = g_byte_array_new();
	GByteArray *message = g_byte_array_new();

	add(signer, version, sizeof(version_3));
	add_signer_id(signer, parts);
	add_algorithm(signer, parts->digest);
	add_algorithm(signer, parts->algorithm);
	add_octets(signer, parts->signature, TAG_OCTETS);
	wrap(signer, TAG_SEQUENCE);

	add(sign, version, sizeof(version_3));
	add_algorithm(digests, parts->digest);
	add_wrapped(sign, digests, TAG_SET);
	add(content, plain_data, sizeof(plain_data));
	add_wrapped(sign, content, TAG_SEQUENCE);
	add_wrapped(sign, signer, TAG_SET);
	wrap(sign, TAG_SEQUENCE);

	add(message, signed_data, sizeof(signed_data));
	add_wrapped(message, sign, TAG_CONTENT);
	wrap(message, TAG_SEQUENCE);
	return g_byte_array_free_to_bytes(message);
}

/* The same algorithm, with the parameters NULL or none. */
static X509_ALGOR *with_parameters(const X509_ALGOR *algorithm, int type)
{
	const ASN1_OBJECT *object;
	X509_ALGOR *other = X509_ALGOR_new();

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	X509_ALGOR_set0(other, OBJ_dup(object), type, NULL);
	return other;
}

/* (r, n - s) for the signature (r, s); NULL when it is no signature of ECDSA. */
static ASN1_OCTET_STRING *mirrored(const ASN1_OCTET_STRING *signature, X509 *certificate)
{
	const guint8 *next = ASN1_STRING_get0_data(signature);
	g_autoptr(ECDSA_SIG) pair = d2i_ECDSA_SIG(NULL, &next, ASN1_STRING_length(signature));
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	g_autoptr(BIGNUM) s = BN_new();
	BIGNUM *order = NULL;
	ASN1_OCTET_STRING *other = NULL;
	guint8 *der = NULL;
	int size = 0;

	if (pair != NULL && key != NULL && s != NULL &&
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_ORDER, &order) == 1 &&
	    BN_sub(s, order, ECDSA_SIG_get0_s(pair)) == 1 &&
	    ECDSA_SIG_set0(pair, BN_dup(ECDSA_SIG_get0_r(pair)), BN_dup(s)) == 1)
		size = i2d_ECDSA_SIG(pair, &der);
	if (size > 0 && (other = ASN1_OCTET_STRING_new()) != NULL)
		ASN1_OCTET_STRING_set(other, der, size);
	OPENSSL_free(der);
	BN_free(order);
	ERR_clear_error();
	return other;
}

static void add_parameters(GPtrArray *spellings, const KpCmsParts *parts)
{
	static const int types[] = { V_ASN1_UNDEF, V_ASN1_NULL };

	for (gsize d = 0; d < G_N_ELEMENTS(types); d++) {
		g_autoptr(X509_ALGOR) digest = with_parameters(parts->digest, types[d]);

		for (gsize a = 0; a < G_N_ELEMENTS(types); a++) {
			g_autoptr(X509_ALGOR) algorithm = with_parameters(parts->algorithm,
									  types[a]);
			KpCmsParts other = *parts;

			other.digest = digest;
			other.algorithm = algorithm;
			g_ptr_array_add(spellings, kp_cms_write(&other));
		}
	}
}

static void add_signers(GPtrArray *spellings, const KpCmsParts *parts, X509 *certificate)
{
	KpCmsParts other = *parts;

	other.issuer = X509_get_issuer_name(certificate);
	other.serial = X509_get0_serialNumber(certificate);
	other.key_id = NULL;
	add_parameters(spellings, &other);
	other.key_id = X509_get0_subject_key_id(certificate);
	if (other.key_id != NULL)
		add_parameters(spellings, &other);
}

GPtrArray *kp_cms_spellings(const KpCmsParts *parts, X509 *certificate)
{
	GPtrArray *spellings = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autoptr(ASN1_OCTET_STRING) mirror = mirrored(parts->signature, certificate);
	KpCmsParts other = *parts;

	add_signers(spellings, parts, certificate);
	if (mirror == NULL)
		return spellings;
	other.signature = mirror;
	add_signers(spellings, &other, certificate);
	return spellings;
}
