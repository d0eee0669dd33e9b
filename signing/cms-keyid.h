/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other form of the message, which sign-file -k makes (cms-write.h). */
#ifndef KP_CMS_KEYID_H
#define KP_CMS_KEYID_H

#include "signing/openssl.h"

typedef struct {
	CMS_ContentInfo *message;	/* all below is inside it */
	X509_ALGOR *digest;
	X509_ALGOR *algorithm;
	ASN1_OCTET_STRING *signature;
	ASN1_OCTET_STRING *key_id;
} KpKeyIdMessage;

/* TRUE when @der is such a message, byte by byte as it is written here. Caller
 * frees @found->message with CMS_ContentInfo_free(). */
gboolean kp_keyid_parse(GBytes *der, KpKeyIdMessage *found);

#endif
