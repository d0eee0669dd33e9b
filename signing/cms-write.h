/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two forms of the message byte by byte: that of sign-file, which names its
 * signer by issuer and serial number (RFC 2315), and that of sign-file -k, by the
 * subject key identifier (RFC 5652, 5.3), with version 3 for that. */
#ifndef KP_CMS_WRITE_H
#define KP_CMS_WRITE_H

#include "signing/openssl.h"

typedef struct {
	const X509_ALGOR *digest;
	const X509_ALGOR *algorithm;
	const ASN1_OCTET_STRING *signature;
	const ASN1_OCTET_STRING *key_id;	/* NULL: by issuer and serial number */
	const X509_NAME *issuer;
	const ASN1_INTEGER *serial;
} KpCmsParts;

/* The whole message that has these parts, and nothing else. */
GBytes *kp_cms_write(const KpCmsParts *parts);

/* All messages that say the same with the same right: whoever has one can make the
 * others without a key. The signer named in the one way or the other, parameters
 * absent or NULL, and of ECDSA s or n - s, where n is the order of the curve of
 * @certificate. What is in @parts is one of them. GBytes; caller unrefs. */
GPtrArray *kp_cms_spellings(const KpCmsParts *parts, X509 *certificate);

#endif
