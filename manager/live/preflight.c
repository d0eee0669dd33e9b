/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/preflight.h"

#include "base/names.h"
#include "live/conflict.h"

struct question {
	const KpHost *host;
	const KpPatch *patch;
	const GPtrArray *live;
	const GPtrArray *holds;
	gboolean older_ok;
};

static char *other_kernel(const struct question *q)
{
	if (g_str_equal(q->host->kver, q->patch->kver))
		return NULL;
	return g_strdup_printf("it is for kernel %s, and %s is running",
			       q->patch->kver, q->host->kver);
}

static char *held(const struct question *q)
{
	const KpHold *hold = kp_hold_of(q->holds, q->patch);

	if (hold == NULL)
		return NULL;
	return g_strdup_printf("it is %s: %s; 'kpatch-manager release %s' lets it in again",
			       kp_hold_word(hold->kind), hold->reason, q->patch->version);
}

static char *older_than_live(const struct question *q)
{
	const KpLivePatch *top = kp_live_top(q->live);

	if (q->older_ok || top == NULL || top->version == NULL ||
	    kp_version_compare(q->patch->version, top->version) >= 0)
		return NULL;
	return g_strdup_printf("%s is older than %s, which is live; 'kpatch-manager rollback %s' goes back",
			       q->patch->version, top->version, q->patch->version);
}

static char *no_livepatch(const struct question *q)
{
	if (q->patch->backend != KP_BACKEND_LIVEPATCH || q->host->has_livepatch)
		return NULL;
	return g_strdup("it needs the kernel's livepatch, which this kernel does not have");
}

static char *ftrace_off(const struct question *q)
{
	if (!q->host->ftrace_off)
		return NULL;
	return g_strdup("ftrace is off, and patches work through it; "
			"'sysctl kernel.ftrace_enabled=1' switches it on");
}

/* An atomic replace cannot cross from one backend to the other. */
static char *other_backend(const struct question *q)
{
	for (guint i = 0; i < q->live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(q->live, i);

		if (entry->enabled && entry->backend != q->patch->backend)
			return g_strdup_printf(
				"%s is live through %s and this patch uses %s, so it cannot replace it; "
				"'kpatch-manager rollback none' first",
				entry->name, kp_backend_word(entry->backend),
				kp_backend_word(q->patch->backend));
	}
	return NULL;
}

/* Whose signature it is, only the kernel can tell. */
static char *unsigned_module(const struct question *q)
{
	if (q->patch->has_signature || (!q->host->sig_enforce && q->host->lockdown == NULL))
		return NULL;
	return g_strdup_printf("it is not signed, and this kernel takes signed modules only (%s%s); "
			       "sign it with a key that the kernel trusts",
			       q->host->lockdown != NULL ? "lockdown: " : "module.sig_enforce",
			       q->host->lockdown != NULL ? q->host->lockdown : "");
}

GPtrArray *kp_preflight(const KpHost *host, const KpPatch *patch, const GPtrArray *live,
			const GPtrArray *holds, gboolean older_ok)
{
	static char *(*const checks[])(const struct question *) = {
		other_kernel, held, older_than_live, no_livepatch,
		ftrace_off, other_backend, unsigned_module,
	};
	const struct question question = { host, patch, live, holds, older_ok };
	GPtrArray *reasons = g_ptr_array_new_with_free_func(g_free);

	for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
		char *reason = checks[i](&question);

		if (reason != NULL)
			g_ptr_array_add(reasons, reason);
	}
	kp_conflicts_read(host->root, patch, live, reasons);
	return reasons;
}
