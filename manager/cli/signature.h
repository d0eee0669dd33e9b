/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who signed a module, in JSON. */
#ifndef KP_CLI_SIGNATURE_H
#define KP_CLI_SIGNATURE_H

#include "cli/json.h"
#include "signing/verify.h"

/* The members "verdict" and "signer"; both null for NULL, which is "was not
 * verified". The signer is that of the certificate that vouches, or would if
 * nothing spoke against it. */
void kp_json_signature(KpJson *json, const KpSignOutcome *signature);

#endif
