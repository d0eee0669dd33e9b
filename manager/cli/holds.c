/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/holds.h"

#include "cli/json.h"
#include "cli/out.h"

void kp_holds_json(const KpScene *scene, const char *action, const char *result,
		   const GPtrArray *holds)
{
	g_autoptr(KpJson) json = kp_json_begin();
	g_autofree char *text = NULL;

	kp_json_text(json, "action", action);
	kp_json_text(json, "kernel", scene->host->kver);
	kp_json_text(json, "result", result);
	kp_json_list(json, "holds");
	for (guint i = 0; i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);

		kp_json_object(json, NULL);
		kp_json_text(json, "kind", kp_hold_word(hold->kind));
		kp_json_text(json, "name", hold->name);
		kp_json_text(json, "version", hold->version);
		kp_json_text(json, "sha256", hold->sha256);
		kp_json_text(json, "reason", hold->reason);
		kp_json_object_end(json);
	}
	kp_json_list_end(json);
	kp_json_texts(json, "warnings", scene->warnings);
	text = kp_json_end(json);
	kp_out_clean(text);
}
