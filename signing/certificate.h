/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One certificate, and what it may be used for. */
#ifndef KP_CERTIFICATE_H
#define KP_CERTIFICATE_H

#include "signing/openssl.h"
#include "signing/verify.h"

/* Good when @certificate may vouch for code at @now (seconds since the
 * epoch); otherwise with KP_ERROR_REFUSED and the reason. */
KpVerdict kp_certificate_verdict(X509 *certificate, gint64 now, GError **error);

/* TRUE when it may sign revocation lists. */
gboolean kp_certificate_signs_crls(X509 *certificate);

/* Subject key identifier, as the kernel names keys; where the certificate has
 * none, the SHA-1 of its key. Caller frees. */
char *kp_certificate_key_id(X509 *certificate);
char *kp_certificate_fingerprint(const X509 *certificate);

/* Appends the certificates of a PEM text to @list (X509 pointers). How many. */
guint kp_certificate_read_all(GBytes *pem, GPtrArray *list);

#endif
