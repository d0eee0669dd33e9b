/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/cms-keyid.h"

#include <openssl/err.h>
#include <string.h>

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

static void add_octets(GByteArray *to, const ASN1_OCTET_STRING *octets, guint8 tag)
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

/* The whole message that has these parts, and nothing else: what could be
 * changed in it without touching the signature is not taken over from it. */
static GByteArray *write_message(const KpKeyIdMessage *parts)
{
	GByteArray *signer = g_byte_array_new(), *sign = g_byte_array_new();
	GByteArray *digests = g_byte_array_new(), *content = g_byte_array_new();
	GByteArray *message = g_byte_array_new();

	add(signer, version_3, sizeof(version_3));
	add_octets(signer, parts->key_id, TAG_KEY_ID);
	add_algorithm(signer, parts->digest);
	add_algorithm(signer, parts->algorithm);
	add_octets(signer, parts->signature, TAG_OCTETS);
	wrap(signer, TAG_SEQUENCE);

	add(sign, version_3, sizeof(version_3));
	add_algorithm(digests, parts->digest);
	add_wrapped(sign, digests, TAG_SET);
	add(content, plain_data, sizeof(plain_data));
	add_wrapped(sign, content, TAG_SEQUENCE);
	add_wrapped(sign, signer, TAG_SET);
	wrap(sign, TAG_SEQUENCE);

	add(message, signed_data, sizeof(signed_data));
	add_wrapped(message, sign, TAG_CONTENT);
	wrap(message, TAG_SEQUENCE);
	return message;
}

static gboolean find_parts(KpKeyIdMessage *found)
{
	STACK_OF(CMS_SignerInfo) *signers;
	CMS_SignerInfo *signer;

	if (OBJ_obj2nid(CMS_get0_type(found->message)) != NID_pkcs7_signed)
		return FALSE;
	signers = CMS_get0_SignerInfos(found->message);
	if (sk_CMS_SignerInfo_num(signers) != 1)
		return FALSE;
	signer = sk_CMS_SignerInfo_value(signers, 0);
	if (CMS_SignerInfo_get0_signer_id(signer, &found->key_id, NULL, NULL) != 1 ||
	    found->key_id == NULL)
		return FALSE;
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &found->digest, &found->algorithm);
	found->signature = CMS_SignerInfo_get0_signature(signer);
	return found->digest != NULL && found->algorithm != NULL && found->signature != NULL;
}

static gboolean is_as_written(const KpKeyIdMessage *found, GBytes *der)
{
	g_autoptr(GByteArray) written = write_message(found);

	return written->len == g_bytes_get_size(der) &&
	       memcmp(written->data, g_bytes_get_data(der, NULL), written->len) == 0;
}

gboolean kp_keyid_parse(GBytes *der, KpKeyIdMessage *found)
{
	gsize size = 0;
	const guint8 *next = g_bytes_get_data(der, &size);

	memset(found, 0, sizeof(*found));
	found->message = size <= G_MAXINT32 ? d2i_CMS_ContentInfo(NULL, &next, (long)size) : NULL;
	if (found->message != NULL && find_parts(found) && is_as_written(found, der))
		return TRUE;
	ERR_clear_error();
	g_clear_pointer(&found->message, CMS_ContentInfo_free);
	return FALSE;
}
