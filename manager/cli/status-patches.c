/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every patch of a kernel and the state it is in: the files that lie there,
 * and what is live without one. */
#include "cli/status.h"

#include "base/names.h"
#include "base/version.h"
#include "live/condition.h"
#include "live/stream.h"

static gboolean same_release(const KpPatch *file, const char *name, const char *version)
{
	return kp_name_equal(file->name, name) && g_strcmp0(file->version, version) == 0;
}

/* TRUE when a package brings the release. */
static gboolean is_packaged(const KpStatusKernel *kernel, const char *name, const char *version)
{
	for (guint i = 0; i < kernel->candidates->patches->len; i++) {
		const KpPatch *file = g_ptr_array_index(kernel->candidates->patches, i);

		if (file->origin == KP_ORIGIN_PACKAGE && same_release(file, name, version))
			return TRUE;
	}
	return FALSE;
}

static gboolean has_failed(const KpStatus *status, const KpStatusKernel *kernel,
			   const KpStatusPatch *patch)
{
	const KpRecord *last = kernel->last;

	return last != NULL && !g_str_equal(last->result, "done") &&
	       g_str_equal(last->boot_id, status->host->boot_id) &&
	       kp_name_equal(last->name, patch->name) &&
	       g_strcmp0(last->version, patch->version) == 0;
}

static gboolean is_before(const KpStatusPatch *patch, const char *name, const char *version)
{
	return kp_stream_same(patch->name, patch->version, name, version) &&
	       kp_version_compare(patch->version, version) < 0;
}

/* What is live, or will be at boot, is newer. */
static gboolean is_older(const KpStatus *status, const KpStatusKernel *kernel,
			 const KpStatusPatch *patch)
{
	const KpLivePatch *top = kernel->running ? kp_live_ours(status->live) : NULL;
	const KpPatch *best = kernel->best;

	return (top != NULL && is_before(patch, top->name, top->version)) ||
	       (best != NULL && is_before(patch, best->name, best->version));
}

static void judge(const KpStatus *status, const KpStatusKernel *kernel, KpStatusPatch *patch)
{
	const KpLivePatch *live = patch->live;
	const KpCondition facts = {
		.live = live != NULL && live->enabled,
		.transition = live != NULL && live->transition,
		.awaited = status->awaited,
		.foreign = live != NULL && live->foreign,
		.missed = live != NULL && live->missed != NULL,
		.pending = live != NULL && live->pending != NULL,
		.packaged = is_packaged(kernel, patch->name, patch->version),
		.revoked = patch->revoked != NULL,
		.blocked = patch->hold != NULL && patch->hold->kind == KP_HOLD_BLOCKED,
		.held = patch->hold != NULL,
		.failed = has_failed(status, kernel, patch),
		.older = is_older(status, kernel, patch) ||
			 (patch->file != NULL && patch->file->left != NULL),
	};

	patch->word = kp_condition_word(&facts);
}

/* The entry in the kernel that @file is: the name alone does not say, for a
 * module may be built again with another version. */
static const KpLivePatch *live_of(const KpStatus *status, const KpPatch *file)
{
	const KpLivePatch *live = kp_live_find(status->live, file->name);

	return live != NULL && (live->version == NULL ||
				g_str_equal(live->version, file->version)) ? live : NULL;
}

static gboolean has_file(const KpStatusKernel *kernel, const KpLivePatch *live)
{
	for (guint i = 0; i < kernel->patches->len; i++)
		if (((KpStatusPatch *)g_ptr_array_index(kernel->patches, i))->live == live)
			return TRUE;
	return FALSE;
}

void kp_status_recall(KpStatus *status, KpStatusKernel *kernel)
{
	const KpLivePatch *top = kernel->running ? kp_live_ours(status->live) : NULL;

	if (top == NULL || status->state == NULL)
		return;
	kp_state_last_load(status->state, kernel->kver, top->name, &kernel->load, NULL);
	/* the module may have been loaded again since, by other hands */
	if (kernel->load != NULL && top->version != NULL &&
	    !g_str_equal(top->version, kernel->load->version) &&
	    !g_str_equal(top->name, kernel->load->version))
		g_clear_pointer(&kernel->load, kp_record_free);
	if (kernel->load != NULL)
		kernel->recalled = kp_voucher_recall(status->voucher, kernel->load->sha256,
						     kernel->load->signer_sha256);
}

/* What is live may have been signed by another key than the file is by now. */
static const char *why_revoked(const KpStatus *status, const KpStatusKernel *kernel,
			       const KpPatch *file, const KpLivePatch *live)
{
	if (live != NULL && live == kp_live_ours(status->live) && kernel->recalled != NULL)
		return kernel->recalled;
	return file != NULL && kp_patch_revoked(file) ? file->distrust : NULL;
}

static void add(KpStatus *status, KpStatusKernel *kernel, const KpStatusPatch *patch)
{
	KpStatusPatch *entry = g_memdup2(patch, sizeof(*patch));

	judge(status, kernel, entry);
	g_ptr_array_add(kernel->patches, entry);
}

void kp_status_add_patches(KpStatus *status, KpStatusKernel *kernel)
{
	for (guint i = 0; i < kernel->candidates->patches->len; i++) {
		const KpPatch *file = g_ptr_array_index(kernel->candidates->patches, i);
		const KpLivePatch *live = kernel->running ? live_of(status, file) : NULL;
		const KpStatusPatch patch = {
			file->name, file->version, file->backend, file, live,
			kp_hold_of(kernel->holds, file), why_revoked(status, kernel, file, live), NULL,
		};

		add(status, kernel, &patch);
	}
	for (guint i = 0; kernel->running && i < status->live->len; i++) {
		const KpLivePatch *live = g_ptr_array_index(status->live, i);
		const KpStatusPatch patch = {
			live->name, live->version, live->backend, NULL, live, NULL,
			why_revoked(status, kernel, NULL, live), NULL,
		};

		if (live->enabled && !has_file(kernel, live))
			add(status, kernel, &patch);
	}
}

static const KpStatusPatch *find_live(const KpStatusKernel *kernel, const KpLivePatch *live)
{
	for (guint i = 0; live != NULL && i < kernel->patches->len; i++) {
		const KpStatusPatch *patch = g_ptr_array_index(kernel->patches, i);

		if (patch->live == live)
			return patch;
	}
	return NULL;
}

const KpStatusPatch *kp_status_top(const KpStatus *status, const KpStatusKernel *kernel)
{
	return kernel->running ? find_live(kernel, kp_live_ours(status->live)) : NULL;
}

const KpStatusPatch *kp_status_shown(const KpStatus *status, const KpStatusKernel *kernel)
{
	const KpStatusPatch *top = kp_status_top(status, kernel);

	return top != NULL || !kernel->running ? top :
	       find_live(kernel, kp_live_top(status->live));
}

const char *kp_status_live_release(const KpStatus *status)
{
	const KpLivePatch *top = kp_live_ours(status->live);

	for (guint i = 0; top != NULL && i < status->kernels->len; i++) {
		const KpStatusKernel *kernel = g_ptr_array_index(status->kernels, i);

		if (kernel->running && kp_version_says(top->version) &&
		    kp_stream_is_packaged(top, kernel->candidates, kernel->records))
			return top->version;
	}
	return NULL;
}

gboolean kp_status_is_blocked(const KpStatusKernel *kernel)
{
	for (guint i = 0; i < kernel->patches->len; i++) {
		const KpStatusPatch *patch = g_ptr_array_index(kernel->patches, i);

		if (patch->hold != NULL && patch->hold->kind == KP_HOLD_BLOCKED &&
		    (kernel->best == NULL ||
		     kp_version_compare(patch->version, kernel->best->version) > 0))
			return TRUE;
	}
	return FALSE;
}
