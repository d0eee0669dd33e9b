/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was verified on this machine while the certificate of its signer was valid. A
 * module's signature does not say when it was made (the kernel takes no attributes), so
 * that having seen it in time is all that can tell it from one that was made too late. */
#ifndef KP_VOUCHED_H
#define KP_VOUCHED_H

#include <glib.h>

#define KP_VOUCHED_FILE "/var/lib/kpatch/vouched"

/* TRUE when the file with @sha256 was noted for the certificate with @fingerprint. A note
 * that others than root could have written is none. */
gboolean kp_vouched_before(const char *root, const char *sha256, const char *fingerprint);

/* Notes that it is good now; the oldest notes go when there are many. Does nothing when it
 * is there already. */
gboolean kp_vouched_note(const char *root, const char *sha256, const char *fingerprint,
			 GError **error);

#endif
