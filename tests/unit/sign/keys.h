/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys, certificates and revocations that the tests make for themselves. */
#ifndef KP_TEST_KEYS_H
#define KP_TEST_KEYS_H

#include "signing/openssl.h"
#include "signing/trust.h"
#include "signing/verify.h"

/* The time of these tests: certificates are valid around it, whatever the
 * clock says. 2027-01-15 08:00 UTC. */
#define KEYS_NOW 1800000000
#define KEYS_DAY (24 * 60 * 60)

typedef enum {
	KEYS_SITE,	/* RSA, 2048 bits */
	KEYS_OTHER,	/* RSA, 2048 bits */
	KEYS_WEAK,	/* RSA, 1024 bits */
	KEYS_CURVE,	/* ECDSA, P-256 */
	KEYS_SHORT,	/* ECDSA, P-224 */
	KEYS_COUNT,
} KeysName;

/* Made when it is first asked for; belongs to the fixture. */
EVP_PKEY *keys_get(KeysName name);

typedef struct {
	KeysName key;
	const char *name;	/* common name; NULL: "Site" */
	long serial;		/* 0: 1 */
	int from, to;		/* days from KEYS_NOW; both 0: -10 to 10 */
	const char *usage;	/* as openssl.cnf has it; NULL: not stated */
	const char *extended;
	gboolean critical;	/* has a critical extension that nobody knows */
	X509 *issuer;		/* NULL: made by its own key */
	KeysName issuer_key;
} KeysCertificate;

/* Caller frees. */
X509 *keys_certificate(const KeysCertificate *wanted);

/* PEM. Caller frees. */
char *keys_pem(X509 *certificate);

/* A revocation list of @issuer in PEM with the serial numbers @revoked, up to
 * a 0. Made at @from and current until @to, in days from KEYS_NOW. Caller
 * frees. */
char *keys_crl(X509 *issuer, KeysName key, const long *revoked, int from, int to,
	       gboolean delta);

/* @payload, signed. Caller unrefs. */
GBytes *keys_sign(GBytes *payload, X509 *certificate, KeysName key, const char *digest);
GBytes *keys_sign_text(const char *text, X509 *certificate, KeysName key);

/* A descriptor of a file that has no name. Caller closes it. */
int keys_fd(const void *bytes, gsize size);

/* What verifying such a file comes to; *@reason (may be NULL) is the error's
 * text, "" for none. */
KpVerdict keys_verdict(GBytes *file, const KpTrust *trust, char **reason);

#endif
