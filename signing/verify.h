/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the file in a descriptor signed by somebody this machine trusts? What
 * was verified is what the descriptor holds, whatever happens to its path. */
#ifndef KP_VERIFY_H
#define KP_VERIFY_H

#include <glib.h>

#include "signing/trust.h"

typedef enum {
	KP_VERDICT_GOOD,
	KP_VERDICT_UNSIGNED,
	KP_VERDICT_DAMAGED,		/* trailer or message are not what they must be */
	KP_VERDICT_UNKNOWN_SIGNER,	/* no trusted certificate has that name */
	KP_VERDICT_CHANGED,		/* one has, but its key did not sign this */
	KP_VERDICT_NOT_YET_VALID,	/* the certificate */
	KP_VERDICT_EXPIRED,
	KP_VERDICT_WRONG_USAGE,
	KP_VERDICT_WEAK_KEY,
	KP_VERDICT_REVOKED_CERTIFICATE,
	KP_VERDICT_REVOKED_DIGEST,
	KP_VERDICT_UNREADABLE,		/* the file could not be read */
} KpVerdict;

/* As JSON has it: "good", "unsigned", "unknown-signer" ... */
const char *kp_verdict_word(KpVerdict verdict);

/* TRUE when somebody took trust back, from the file or from its signer. */
gboolean kp_verdict_revoked(KpVerdict verdict);

/* TRUE when the signature is right, and only the date speaks against its certificate. */
gboolean kp_verdict_of_date(KpVerdict verdict);

/* All that was found out, also when the verdict is bad; what is not known is
 * NULL. */
typedef struct {
	KpVerdict verdict;
	gint64 size;		/* bytes of the file */
	gint64 payload;		/* bytes without the signature */
	char *file_sha256;
	char *payload_sha256;	/* of the bytes without the signature */
	GPtrArray *inner_sha256;	/* char *: of what is below further signatures; the last
					 * is that of the bare module */
	const char *digest;	/* "sha256", "sha384" or "sha512" */
	const char *algorithm;	/* "rsa" or "ecdsa" */
	char *issuer;		/* the certificate that the signature names */
	char *serial;
	char *named_key;	/* in place of both, its subject key identifier */
	/* the trusted certificate that vouches, or would if nothing spoke against it */
	char *subject;
	char *fingerprint;	/* SHA-256 of the certificate */
	char *key_id;		/* subject key identifier, as the kernel's log has it */
	char *certificate;	/* its file */
	gint64 not_after;	/* seconds since the epoch */
} KpSignOutcome;

void kp_sign_outcome_free(KpSignOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpSignOutcome, kp_sign_outcome_free)

/* TRUE when the verdict is good. FALSE with KP_ERROR_REFUSED and the reason,
 * or KP_ERROR_FAILED when @fd cannot be read or was written meanwhile. A
 * revoked digest is refused first, so that a caller who lets unsigned files
 * pass still sees it. @fd is read with pread(2) in small pieces. *@outcome is
 * set in any case. Caller frees it with kp_sign_outcome_free(). */
gboolean kp_sign_verify_fd(int fd, const KpTrust *trust, KpSignOutcome **outcome,
			   GError **error);

/* Says what is in @fd and trusts nobody. The verdict is good, unsigned,
 * damaged or unreadable; FALSE for the last two. */
gboolean kp_sign_describe_fd(int fd, KpSignOutcome **outcome, GError **error);

#endif
