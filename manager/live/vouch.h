/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who vouches for a module: the site's policy (kpatch-manager.conf(5), [verify])
 * and whom it trusts (kpatch-trust(7)), asked about what a descriptor holds. */
#ifndef KP_VOUCH_H
#define KP_VOUCH_H

#include "base/settings.h"
#include "live/patch.h"
#include "signing/trust.h"

typedef struct KpVoucher KpVoucher;

/* Trust is read below @root when it is first asked for: what loads nothing
 * does not pay for it. Caller frees. */
KpVoucher *kp_voucher_new(const char *root, KpVerifyPolicy policy);
void kp_voucher_free(KpVoucher *voucher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpVoucher, kp_voucher_free)

/* From now on it writes down which revocations it has seen, for those who may write
 * there: every run that could load something does. */
void kp_voucher_remembers(KpVoucher *voucher);

/* From now on what was verified here while the certificate of its signer was valid stays
 * good when it is not any more, or not yet by a clock that is wrong ([verify] expired=). */
void kp_voucher_keeps(KpVoucher *voucher);

/* Asks as of @now, in seconds since the epoch, and not as of the time it was made. */
void kp_voucher_at(KpVoucher *voucher, gint64 now);

/* TRUE when something was refused because of the date alone. */
gboolean kp_voucher_dated(const KpVoucher *voucher);

/* All certificates that are trusted: KpTrusted (signing/trust.h); NULL when the policy asks
 * for nothing. Caller unrefs. */
GPtrArray *kp_voucher_certificates(KpVoucher *voucher);

/* What is to be said of a certificate that expires within @days; or NULL. Caller frees. */
char *kp_voucher_expires(const KpVoucher *voucher, const KpTrusted *trusted, gint64 days);

/* FALSE when the policy asks for nothing. */
gboolean kp_voucher_asks(const KpVoucher *voucher);

/* May the module in @fd be loaded? FALSE with the reason. *@outcome (may be NULL
 * afterwards) is what was found out. */
gboolean kp_vouch_fd(KpVoucher *voucher, int fd, const char *path, KpSignOutcome **outcome,
		     GError **error);

/* The same for @patch, which notes the answer: see its signature, vouched and
 * distrust. It is worked out once. */
gboolean kp_vouch(KpVoucher *voucher, const KpPatch *patch);

/* What the admin should hear of: char *, owned by @voucher. */
const GPtrArray *kp_voucher_warnings(const KpVoucher *voucher);

/* Is what was loaded in the past, with @sha256 and by the certificate with
 * @fingerprint (either may be ""), revoked by now? Its reason, or NULL. Caller
 * frees. */
char *kp_voucher_recall(KpVoucher *voucher, const char *sha256, const char *fingerprint);

#endif
