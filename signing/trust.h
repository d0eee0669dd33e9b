/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom this machine believes (kpatch-trust(7)): certificates in one folder,
 * what takes trust back in another. */
#ifndef KP_TRUST_H
#define KP_TRUST_H

#include <glib.h>

#define KP_TRUSTED_DIR KP_SYSCONFDIR "/pki/kpatch/trusted.d"
#define KP_REVOKED_DIR KP_SYSCONFDIR "/pki/kpatch/revoked.d"
/* Serial numbers of revocations that were seen; an older one is refused. */
#define KP_SEEN_FILE "/var/lib/kpatch/revocations-seen"

typedef struct KpTrust KpTrust;

/* Reads both folders below @root, as they are at @now (seconds since the
 * epoch). KP_ERROR_CONFIG when nobody is trusted, when others than root and
 * the caller can write there, and when something in revoked.d cannot be used:
 * a revocation that is not understood must not be lost. */
KpTrust *kp_trust_load(const char *root, gint64 now, GError **error);

/* The same, as far as it can be read. With *@problem, which must be NULL before, what it
 * believes counts for nothing; what it has revoked is revoked all the same. */
KpTrust *kp_trust_read(const char *root, gint64 now, GError **problem);

/* Trusts the certificates in the files @paths and nobody else; there are no
 * revocations then. */
KpTrust *kp_trust_from_files(const char *const *paths, gint64 now, GError **error);

void kp_trust_free(KpTrust *trust);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpTrust, kp_trust_free)

/* FALSE with KP_ERROR_REFUSED when the file with the digest @sha256, or the
 * certificate with the SHA-256 @fingerprint, is revoked; either may be "". For
 * what was verified in the past and is not at hand any more. */
gboolean kp_trust_still(const KpTrust *trust, const char *sha256, const char *fingerprint,
			GError **error);

/* What the admin should hear of, loudly: revocations past their date, files
 * that are not used. Texts, owned by @trust. */
const GPtrArray *kp_trust_warnings(const KpTrust *trust);

/* A certificate that is trusted. */
typedef struct {
	char *file;
	char *subject;
	gint64 not_before, not_after;	/* seconds since the epoch */
} KpTrusted;

/* All of them: KpTrusted. Caller unrefs. */
GPtrArray *kp_trust_list(const KpTrust *trust);

guint kp_trust_certificates(const KpTrust *trust);

/* Writes down which revocations were seen, so that older ones are refused from
 * now on. Does nothing when there is nothing new. */
gboolean kp_trust_remember(const KpTrust *trust, const char *root, GError **error);

#endif
