/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status for programs. A member once published keeps its name and meaning. */
#include "cli/status.h"

#include "cli/json.h"

static void add_packages(JsonBuilder *json, const KpStatusKernel *kernel)
{
	kp_json_list(json, "packages");
	for (guint i = 0; i < kernel->packages->len; i++) {
		const KpInvPatch *patch = g_ptr_array_index(kernel->packages, i);

		json_builder_begin_object(json);
		kp_json_text(json, "name", patch->name);
		kp_json_text(json, "evr", patch->evr);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_cves(JsonBuilder *json, const KpPatch *patch)
{
	kp_json_list(json, "cves");
	for (char **cve = patch->cves; *cve != NULL; cve++)
		json_builder_add_string_value(json, *cve);
	json_builder_end_array(json);
}

static void add_files(JsonBuilder *json, const KpStatusKernel *kernel)
{
	kp_json_list(json, "files");
	for (guint i = 0; i < kernel->patches->len; i++) {
		const KpStatusPatch *patch = g_ptr_array_index(kernel->patches, i);

		if (patch->file == NULL)
			continue;
		json_builder_begin_object(json);
		kp_json_text(json, "path", patch->file->path);
		kp_json_text(json, "origin", kp_origin_word(patch->file->origin));
		kp_json_text(json, "name", patch->name);
		kp_json_text(json, "version", patch->version);
		kp_json_text(json, "backend", kp_backend_word(patch->backend));
		kp_json_text(json, "state", patch->word);
		add_cves(json, patch->file);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_pending(JsonBuilder *json, const KpLivePatch *live)
{
	g_auto(GStrv) modules = g_strsplit(live->pending != NULL ? live->pending : "", " ", -1);

	kp_json_list(json, "pending");
	for (char **module = modules; *module != NULL; module++)
		json_builder_add_string_value(json, *module);
	json_builder_end_array(json);
}

static const char *live_word(const KpStatusKernel *kernel, const KpLivePatch *live)
{
	for (guint i = 0; i < kernel->patches->len; i++) {
		const KpStatusPatch *patch = g_ptr_array_index(kernel->patches, i);

		if (patch->live == live)
			return patch->word;
	}
	return "live";
}

static void add_live(JsonBuilder *json, const KpStatus *status, const KpStatusKernel *kernel)
{
	const KpLivePatch *top = kp_live_top(status->live);

	kp_json_list(json, "live");
	for (guint i = 0; kernel->running && i < status->live->len; i++) {
		const KpLivePatch *live = g_ptr_array_index(status->live, i);

		if (!live->enabled)
			continue;
		json_builder_begin_object(json);
		kp_json_text(json, "name", live->name);
		kp_json_text(json, "version", live->version);
		kp_json_text(json, "backend", kp_backend_word(live->backend));
		kp_json_flag(json, "transition", live->transition);
		kp_json_time(json, "since", live == top ? kernel->since : 0);
		kp_json_text(json, "state", live_word(kernel, live));
		add_pending(json, live);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_holds(JsonBuilder *json, const KpStatusKernel *kernel)
{
	kp_json_list(json, "held");
	for (guint i = 0; i < kernel->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(kernel->holds, i);

		json_builder_begin_object(json);
		kp_json_text(json, "kind", kp_hold_word(hold->kind));
		kp_json_text(json, "name", hold->name);
		kp_json_text(json, "version", hold->version);
		kp_json_text(json, "sha256", hold->sha256);
		kp_json_text(json, "reason", hold->reason);
		kp_json_time(json, "since", hold->since);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_last(JsonBuilder *json, const KpRecord *last)
{
	json_builder_set_member_name(json, "last");
	if (last == NULL) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	kp_json_time(json, "at", last->at);
	kp_json_text(json, "action", last->action);
	kp_json_text(json, "name", last->name);
	kp_json_text(json, "version", last->version);
	kp_json_text(json, "result", last->result);
	kp_json_text(json, "detail", last->detail);
	json_builder_end_object(json);
}

static void add_kernel(JsonBuilder *json, const KpStatus *status, const KpStatusKernel *kernel)
{
	json_builder_begin_object(json);
	kp_json_text(json, "kernel", kernel->kver);
	kp_json_flag(json, "running", kernel->running);
	kp_json_text(json, "package", kernel->package);
	kp_json_text(json, "state", kernel->word);
	add_packages(json, kernel);
	add_files(json, kernel);
	add_live(json, status, kernel);
	add_holds(json, kernel);
	add_last(json, kernel->last);
	json_builder_end_object(json);
}

static void add_verdict(JsonBuilder *json, const KpStatus *status)
{
	json_builder_set_member_name(json, "check");
	if (status->host->kver == NULL) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	kp_json_number(json, "exit", status->verdict.code);
	kp_json_text(json, "word", status->verdict.word);
	json_builder_end_object(json);
}

char *kp_status_json(const KpStatus *status)
{
	g_autoptr(JsonBuilder) json = kp_json_begin();

	kp_json_text(json, "running", status->host->kver);
	kp_json_list(json, "kernels");
	for (guint i = 0; i < status->kernels->len; i++)
		add_kernel(json, status, g_ptr_array_index(status->kernels, i));
	json_builder_end_array(json);
	add_verdict(json, status);
	kp_json_texts(json, "problems", status->problems);
	return kp_json_end(json);
}
