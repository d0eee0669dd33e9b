/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a public key says about itself (RFC 9580), where librpm does not tell: it
 * tells the user and the subkeys of a key since 4.18 only, and works out
 * fingerprints of other bytes before. */
#ifndef KP_OPENPGP_H
#define KP_OPENPGP_H

#include <glib.h>

typedef struct {
	char *user_id;		/* the first user's name as it is there, or "" */
	char *fingerprint;	/* of the key, hexadecimal */
	char **ids;		/* of the key and its subkeys but for those that are revoked, 16
				 * hexadecimal digits each */
	gboolean revoked;	/* it has a revocation of itself; nobody has verified that: who
				 * put it there without a right to has taken a key away, no more */
} KpOpenpgp;

/* Of one certificate of @length bytes, in binary. Versions 4 and 6 of keys; NULL for
 * any other and for what is cut or has no key. Caller frees. */
KpOpenpgp *kp_openpgp_read(const guint8 *packets, gsize length);
void kp_openpgp_free(KpOpenpgp *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpOpenpgp, kp_openpgp_free)

#endif
