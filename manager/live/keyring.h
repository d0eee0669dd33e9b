/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the kernel's own keyrings know a signer. */
#ifndef KP_KEYRING_H
#define KP_KEYRING_H

#include "signing/verify.h"

/* The keyrings that hold the certificate which vouched, with blanks between:
 * ".builtin_trusted_keys .machine"; "" when none does, NULL when it cannot be
 * told. Below a @root of its own only the text of /proc/keys is there, which does
 * not say where a key is: then it is "some". Caller frees. */
char *kp_keyrings_with(const char *root, const KpSignOutcome *signature);

/* TRUE when @description, as the kernel makes it of a certificate (crypto/
 * asymmetric_keys/x509_public_key.c: subject, colon, key identifier, or the
 * serial number where the certificate has none), is that of the certificate
 * which vouched. Pure. */
gboolean kp_key_describes(const char *description, const KpSignOutcome *signature);

/* The serial number in the text of /proc/keys of the keyring @name, or 0. Pure. */
gint32 kp_keyring_serial(const char *keys, const char *name);

#endif
