/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a trust consists of; for this folder alone. */
#ifndef KP_TRUSTED_H
#define KP_TRUSTED_H

#include "signing/openssl.h"
#include "signing/seen.h"
#include "signing/trust.h"
#include "signing/verify.h"

typedef struct {
	X509 *x509;
	char *file;
} KpCertificate;

struct KpTrust {
	gint64 now;
	GPtrArray *certificates;	/* KpCertificate */
	GPtrArray *crls;		/* X509_CRL */
	GHashTable *digests;		/* SHA-256 in hexadecimal: the list it is from */
	GPtrArray *warnings;
	KpSeen *seen;
};

/* Trusts @x509, which it takes a reference on, and nobody else. */
KpTrust *kp_trust_of(X509 *x509, const char *file, gint64 now);

/* Good when @certificate may vouch: valid, for code, not revoked. */
KpVerdict kp_trust_certificate_verdict(const KpTrust *trust, const KpCertificate *certificate,
				       GError **error);

/* The list that revokes @sha256, or NULL. */
const char *kp_trust_digest_revoked(const KpTrust *trust, const char *sha256);

/* Is any digest revoked at all? */
gboolean kp_trust_revokes_digests(const KpTrust *trust);

/* revoked.c: fills crls and digests from the folder below @root, as far as that can be
 * understood; *@problem is the first that cannot. */
void kp_trust_read_revoked(KpTrust *trust, const char *root, GError **problem);

#endif
