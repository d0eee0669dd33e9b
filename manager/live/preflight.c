/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/preflight.h"

#include "base/names.h"
#include "base/release.h"
#include "base/version.h"
#include "live/conflict.h"
#include "live/keyring.h"
#include "live/plan.h"
#include "live/stream.h"
#include "live/resolve.h"

struct question {
	const KpHost *host;
	const KpPatch *patch;
	const GPtrArray *live;
	const GPtrArray *holds;
	const char *floor;
	gboolean older_ok;
	KpAsking asking;
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

/* rollback goes to what is known here, and a file that somebody names is not. */
static char *older_text(const KpPatch *patch, const char *than, const char *when)
{
	g_autofree char *quoted = g_shell_quote(patch->path);

	if (patch->origin == KP_ORIGIN_FILE)
		return g_strdup_printf("%s is older than %s, which %s; \"kpatch-manager apply --older %s\" "
				       "takes it all the same", patch->version, than, when, quoted);
	return g_strdup_printf("%s is older than %s, which %s; 'kpatch-manager rollback %s' goes back, "
			       "or 'kpatch-manager apply --older %s'", patch->version, than, when,
			       patch->version, patch->version);
}

static char *older_than_live(const struct question *q)
{
	const KpLivePatch *top = kp_stream_newest(q->live, q->patch);

	if (q->older_ok || top == NULL || !kp_version_says(top->version) ||
	    !kp_version_says(q->patch->version) || kp_version_compare(q->patch->version, top->version) >= 0)
		return NULL;
	return older_text(q->patch, top->version, "is live");
}

/* What is live says the same, and better. */
static char *older_than_floor(const struct question *q)
{
	if (q->older_ok || !kp_version_says(q->floor) || kp_stream_newest(q->live, q->patch) != NULL ||
	    !kp_version_says(q->patch->version) || kp_version_compare(q->patch->version, q->floor) >= 0)
		return NULL;
	return older_text(q->patch, q->floor, "was live last");
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

/* An atomic replace cannot cross from one backend to the other. A rollback would hold this
 * patch, too. */
static char *other_backend(const struct question *q)
{
	for (guint i = 0; i < q->live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(q->live, i);

		if (entry->enabled && entry->backend != q->patch->backend)
			return g_strdup_printf(
				"%s%s is live through %s and this patch uses %s, so it cannot replace it; "
				"'kpatch unload %s' takes it out, and then this one can be made live",
				entry->name, entry->foreign ? ", which is foreign," : "",
				kp_backend_word(entry->backend), kp_backend_word(q->patch->backend),
				entry->name);
	}
	return NULL;
}

/* The kernel has one module of each name. */
static char *same_name(const struct question *q)
{
	const KpLivePatch *same = kp_live_find(q->live, q->patch->name);

	if (same == NULL || !same->enabled || !kp_version_says(same->version) ||
	    !kp_version_says(q->patch->version) ||
	    kp_release_equal(same->version, q->patch->version))
		return NULL;
	return g_strdup_printf("a module of the same name is live in the release %s, and the kernel takes "
			       "a name once; 'kpatch unload %s' takes it out, and then this one can be made live",
			       same->version, same->name);
}

/* TRUE when making @q's patch live would end @entry, of another stream. */
static gboolean is_in_the_way(const struct question *q, const KpLivePatch *entry)
{
	if (!entry->enabled || entry->backend != q->patch->backend || entry->succeeded ||
	    kp_stream_same(entry->name, entry->version, q->patch->name, q->patch->version))
		return FALSE;
	if (!entry->foreign)
		return q->asking == KP_UNASKED;
	return q->asking != KP_ASKED_BY_NAME && q->patch->replaces != KP_REPLACES_NONE &&
	       kp_plan_would_load(q->live, q->patch);
}

static char *other_stream(const struct question *q)
{
	const char *command = q->asking == KP_ASKED_BACK ? "rollback" : "apply";

	for (guint i = 0; i < q->live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(q->live, i);

		if (is_in_the_way(q, entry))
			return g_strdup_printf(
				"it would take the place of %s, which is live and %s; "
				"'kpatch-manager %s %s' does that", entry->name, entry->foreign ?
				"foreign: nothing here brought it" : "of another stream",
				command, q->patch->version);
	}
	return NULL;
}

/* Whoever is to load it has it verified first: kp_vouch(). */
static char *distrusted(const struct question *q)
{
	return g_strdup(q->patch->distrust);
}

/* Whose signature it is, only the kernel can tell. */
static char *unsigned_module(const struct question *q)
{
	g_autofree char *rules = kp_host_rules(q->host);

	if (q->patch->has_signature || !kp_host_insists(q->host))
		return NULL;
	return g_strdup_printf("it is not signed, and this kernel takes signed modules only (%s); "
			       "sign it with a key that the kernel trusts", rules);
}

/* What cannot be told is no reason: the kernel has the last word. */
static char *unknown_to_kernel(const struct question *q)
{
	const KpSignOutcome *signature = q->patch->signature;
	g_autofree char *keyrings = NULL;
	g_autofree char *rules = kp_host_rules(q->host);

	if (!kp_host_insists(q->host) || signature == NULL || signature->verdict != KP_VERDICT_GOOD)
		return NULL;
	keyrings = kp_keyrings_with(q->host->root, signature);
	if (keyrings == NULL || *keyrings != '\0')
		return NULL;
	return g_strdup_printf("this kernel takes modules of signers that it knows only (%s), and %s, "
			       "who signed it, is in none of its keyrings; enrol the certificate: "
			       "'openssl x509 -in %s -outform DER -out signer.der', 'mokutil --import "
			       "signer.der', and confirm it on the console at the next boot",
			       rules, signature->subject, signature->certificate);
}

GPtrArray *kp_preflight(const KpHost *host, const KpPatch *patch, const GPtrArray *live,
			const GPtrArray *holds, const char *floor, gboolean older_ok,
			KpAsking asking)
{
	static char *(*const checks[])(const struct question *) = {
		distrusted, other_kernel, held, older_than_live, older_than_floor, no_livepatch,
		ftrace_off, other_backend, same_name, other_stream, unsigned_module, unknown_to_kernel,
	};
	const struct question question = { host, patch, live, holds, floor, older_ok, asking };
	GPtrArray *reasons = g_ptr_array_new_with_free_func(g_free);

	for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
		char *reason = checks[i](&question);

		if (reason != NULL)
			g_ptr_array_add(reasons, reason);
	}
	kp_resolve_objects(host, patch, reasons);
	kp_conflicts_read(host->root, patch, live, reasons);
	return reasons;
}
