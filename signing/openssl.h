/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder share about OpenSSL. */
#ifndef KP_OPENSSL_H
#define KP_OPENSSL_H

#include <glib.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "base/error.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CMS_ContentInfo, CMS_ContentInfo_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PKCS7, PKCS7_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_CRL, X509_CRL_free)

/* Sets @error to @text and, in brackets, what OpenSSL says of it; its queue of
 * errors is empty afterwards. */
void kp_openssl_error(GError **error, KpErrorCode code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* Text for people. Caller frees. */
char *kp_openssl_name(const X509_NAME *name);
char *kp_openssl_serial(const ASN1_INTEGER *serial);
char *kp_openssl_hex(const guint8 *bytes, gsize size);

/* Seconds since the epoch; 0 when it cannot be told. */
gint64 kp_openssl_time(const ASN1_TIME *time);

#endif
