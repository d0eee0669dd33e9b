/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/signature.h"

void kp_json_signature(KpJson *json, const KpSignOutcome *signature)
{
	kp_json_text(json, "verdict", signature != NULL ? kp_verdict_word(signature->verdict) : NULL);
	if (signature == NULL || signature->subject == NULL) {
		kp_json_text(json, "signer", NULL);
		return;
	}
	kp_json_object(json, "signer");
	kp_json_text(json, "subject", signature->subject);
	kp_json_text(json, "fingerprint", signature->fingerprint);
	kp_json_text(json, "key_id", signature->key_id);
	kp_json_text(json, "certificate", signature->certificate);
	kp_json_time(json, "not_after", signature->not_after);
	kp_json_object_end(json);
}
