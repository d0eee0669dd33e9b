/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CMS (PKCS#7) message of a module signature: detached, one signer, no
 * attributes, no certificates.
 *
 * A message has one of two forms, that of sign-file and that of sign-file -k
 * (cms-keyid.h), and no other. What could be changed in it without
 * touching the signature (version numbers, optional fields, the spelling of
 * lengths) is compared with what this form has. What signers rightly do in more
 * than one way is known: kp_cms_same() has all of it. */
#ifndef KP_CMS_H
#define KP_CMS_H

#include "signing/openssl.h"

typedef struct KpCms KpCms;

/* The message made by @key, whose certificate is @certificate, over @payload.
 * Same bytes as the kernel's scripts/sign-file makes with an RSA key. */
GBytes *kp_cms_make(GBytes *payload, EVP_PKEY *key, X509 *certificate, const EVP_MD *digest,
		    GError **error);

/* KP_ERROR_REFUSED when @der is no such message. Caller frees. */
KpCms *kp_cms_parse(GBytes *der, GError **error);
void kp_cms_free(KpCms *cms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpCms, kp_cms_free)

/* The digest it signs. */
const EVP_MD *kp_cms_digest(const KpCms *cms);

/* Whom it names as signer: by issuer and serial number, or else by the subject key
 * identifier; the others are NULL. */
const X509_NAME *kp_cms_issuer(const KpCms *cms);
const ASN1_INTEGER *kp_cms_serial(const KpCms *cms);
const ASN1_OCTET_STRING *kp_cms_key_id(const KpCms *cms);

/* "rsa" or "ecdsa" */
const char *kp_cms_algorithm(const KpCms *cms);

/* TRUE when it names @certificate as its signer's. */
gboolean kp_cms_names(const KpCms *cms, X509 *certificate);

/* TRUE when the key of @certificate signed @hash, the payload's digest. FALSE
 * with KP_ERROR_REFUSED. */
gboolean kp_cms_check(const KpCms *cms, const X509 *certificate, const guint8 *hash, gsize size,
		      GError **error);

/* All messages, GBytes, that vouch for the same as @cms, which @certificate made, and
 * that anybody can make of it (cms-write.h). Caller unrefs. */
GPtrArray *kp_cms_same(const KpCms *cms, X509 *certificate);

/* The digest called @name (sha256, sha384, sha512), or NULL. */
const EVP_MD *kp_digest_find(const char *name);
const char *kp_digest_name(const EVP_MD *digest);

#endif
