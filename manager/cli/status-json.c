/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status for programs. A member once published keeps its name and meaning. */
#include "cli/status.h"

#include "cli/json.h"
#include "cli/signature.h"
#include "live/trial-note.h"

static void add_packages(KpJson *json, const KpStatusKernel *kernel)
{
	kp_json_list(json, "packages");
	for (guint i = 0; i < kernel->packages->len; i++) {
		const KpInvPatch *patch = g_ptr_array_index(kernel->packages, i);

		kp_json_object(json, NULL);
		kp_json_text(json, "name", patch->name);
		kp_json_text(json, "evr", patch->evr);
		kp_json_object_end(json);
	}
	kp_json_list_end(json);
}

static void add_cves(KpJson *json, const KpPatch *patch)
{
	kp_json_list(json, "cves");
	for (char **cve = patch->cves; *cve != NULL; cve++)
		kp_json_text(json, NULL, *cve);
	kp_json_list_end(json);
}

static void add_files(KpJson *json, const KpStatusKernel *kernel)
{
	kp_json_list(json, "files");
	for (guint i = 0; i < kernel->patches->len; i++) {
		const KpStatusPatch *patch = g_ptr_array_index(kernel->patches, i);

		if (patch->file == NULL)
			continue;
		kp_json_object(json, NULL);
		kp_json_text(json, "path", patch->file->path);
		kp_json_text(json, "origin", kp_origin_word(patch->file->origin));
		kp_json_text(json, "name", patch->name);
		kp_json_text(json, "version", patch->version);
		kp_json_text(json, "backend", kp_backend_word(patch->backend));
		kp_json_text(json, "state", patch->word);
		kp_json_text(json, "revoked", patch->revoked);
		kp_json_signature(json, patch->file->signature);
		add_cves(json, patch->file);
		kp_json_object_end(json);
	}
	kp_json_list_end(json);
}

static void add_objects(KpJson *json, const char *member, const char *objects)
{
	g_auto(GStrv) modules = g_strsplit(objects != NULL ? objects : "", " ", -1);

	kp_json_list(json, member);
	for (char **module = modules; *module != NULL; module++)
		kp_json_text(json, NULL, *module);
	kp_json_list_end(json);
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

static const char *revoked_of(const KpStatusKernel *kernel, const KpLivePatch *live)
{
	for (guint i = 0; i < kernel->patches->len; i++) {
		const KpStatusPatch *patch = g_ptr_array_index(kernel->patches, i);

		if (patch->live == live)
			return patch->revoked;
	}
	return NULL;
}

/* Who vouched for it when it was loaded. */
static void add_loader(KpJson *json, const KpRecord *load)
{
	if (load == NULL || *load->signer == '\0') {
		kp_json_text(json, "signer", NULL);
		return;
	}
	kp_json_object(json, "signer");
	kp_json_text(json, "subject", load->signer);
	kp_json_text(json, "fingerprint", load->signer_sha256);
	kp_json_object_end(json);
}

static void add_live(KpJson *json, const KpStatus *status, const KpStatusKernel *kernel)
{
	const KpLivePatch *top = kp_live_ours(status->live);

	kp_json_list(json, "live");
	for (guint i = 0; kernel->running && i < status->live->len; i++) {
		const KpLivePatch *live = g_ptr_array_index(status->live, i);

		if (!live->enabled)
			continue;
		kp_json_object(json, NULL);
		kp_json_text(json, "name", live->name);
		kp_json_text(json, "version", live->version);
		kp_json_text(json, "backend", kp_backend_word(live->backend));
		kp_json_flag(json, "transition", live->transition);
		kp_json_flag(json, "foreign", live->foreign);
		kp_json_text(json, "covered", live->covered);
		kp_json_time(json, "since", live == top ? kernel->since : 0);
		kp_json_text(json, "state", live_word(kernel, live));
		kp_json_text(json, "revoked", live == top ? revoked_of(kernel, live) : NULL);
		add_loader(json, live == top ? kernel->load : NULL);
		add_objects(json, "pending", live->pending);
		add_objects(json, "missed", live->missed);
		kp_json_object_end(json);
	}
	kp_json_list_end(json);
}

static void add_holds(KpJson *json, const KpStatusKernel *kernel)
{
	kp_json_list(json, "held");
	for (guint i = 0; i < kernel->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(kernel->holds, i);

		kp_json_object(json, NULL);
		kp_json_text(json, "kind", kp_hold_word(hold->kind));
		kp_json_text(json, "name", hold->name);
		kp_json_text(json, "version", hold->version);
		kp_json_text(json, "sha256", hold->sha256);
		kp_json_text(json, "reason", hold->reason);
		kp_json_time(json, "since", hold->since);
		kp_json_object_end(json);
	}
	kp_json_list_end(json);
}

static void add_last(KpJson *json, const KpRecord *last)
{
	if (last == NULL) {
		kp_json_text(json, "last", NULL);
		return;
	}
	kp_json_object(json, "last");
	kp_json_time(json, "at", last->at);
	kp_json_text(json, "action", last->action);
	kp_json_text(json, "name", last->name);
	kp_json_text(json, "version", last->version);
	kp_json_text(json, "result", last->result);
	kp_json_text(json, "detail", last->detail);
	kp_json_object_end(json);
}

static void add_kernel(KpJson *json, const KpStatus *status, const KpStatusKernel *kernel)
{
	kp_json_object(json, NULL);
	kp_json_text(json, "kernel", kernel->kver);
	kp_json_flag(json, "running", kernel->running);
	kp_json_text(json, "package", kernel->package);
	kp_json_text(json, "state", kernel->word);
	add_packages(json, kernel);
	add_files(json, kernel);
	add_live(json, status, kernel);
	add_holds(json, kernel);
	add_last(json, kernel->last);
	kp_status_outlook_json(json, kernel);
	kp_json_object_end(json);
}

static void add_trial(KpJson *json, const KpStatus *status)
{
	g_autoptr(KpTrialNote) note = kp_trial_note_read(status->host->root);

	if (note == NULL) {
		kp_json_text(json, "trial", NULL);
		return;
	}
	kp_json_object(json, "trial");
	kp_json_text(json, "name", note->name);
	kp_json_text(json, "version", note->version);
	kp_json_time(json, "until", note->until);
	kp_json_number(json, "pid", note->pid);
	kp_json_object_end(json);
}

static void add_verdict(KpJson *json, const KpStatus *status)
{
	if (status->host->kver == NULL) {
		kp_json_text(json, "check", NULL);
		return;
	}
	kp_json_object(json, "check");
	kp_json_number(json, "exit", status->verdict.code);
	kp_json_text(json, "word", status->verdict.word);
	kp_json_object_end(json);
}

static void add_certificates(KpJson *json, const KpStatus *status)
{
	kp_json_list(json, "certificates");
	for (guint i = 0; status->certificates != NULL && i < status->certificates->len; i++) {
		const KpTrusted *trusted = g_ptr_array_index(status->certificates, i);

		kp_json_object(json, NULL);
		kp_json_text(json, "file", trusted->file);
		kp_json_text(json, "subject", trusted->subject);
		kp_json_time(json, "not_before", trusted->not_before);
		kp_json_time(json, "not_after", trusted->not_after);
		kp_json_object_end(json);
	}
	kp_json_list_end(json);
}

char *kp_status_json(const KpStatus *status)
{
	g_autoptr(KpJson) json = kp_json_begin();

	kp_json_text(json, "running", status->host->kver);
	kp_json_list(json, "kernels");
	for (guint i = 0; i < status->kernels->len; i++)
		add_kernel(json, status, g_ptr_array_index(status->kernels, i));
	kp_json_list_end(json);
	add_verdict(json, status);
	add_trial(json, status);
	kp_status_look_json(json, status);
	kp_json_text(json, "service", kp_service_word(status->service));
	kp_json_text(json, "kpatch_package",
		     status->inventory != NULL ? status->inventory->kpatch : NULL);
	add_certificates(json, status);
	kp_json_texts(json, "problems", status->problems);
	return kp_json_end(json);
}
