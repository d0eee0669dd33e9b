/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why what should be live is not, and what to do about it. */
#include "cli/status.h"

#include "base/names.h"
#include "base/packager.h"
#include "base/release.h"
#include "base/version.h"
#include "live/by-hand.h"
#include "live/floor.h"
#include "live/preflight.h"
#include "live/resolve.h"
#include "live/switched.h"
#include "live/trial-note.h"

/* Somebody else decides for now. */
static void add_trial(const KpStatus *status, GString *text)
{
	g_autoptr(KpTrialNote) note = kp_trial_note_read(status->host->root);
	const KpLivePatch *top = kp_live_top(status->live);
	g_autofree char *line = NULL;

	if (note == NULL || top == NULL || !kp_name_equal(top->name, note->name))
		return;
	line = kp_trial_note_text(note);
	g_string_append_printf(text, "%s\n", line);
}

/* In the kernel, and yet not in force. */
static void add_missed(const KpStatus *status, GString *text)
{
	const KpLivePatch *top = kp_live_top(status->live);
	g_autofree char *why = top == NULL ? NULL :
		kp_switched_problem(status->host->root, status->host->kver, top);

	if (why != NULL)
		g_string_append_printf(text, "%s (%s) is loaded, but not all of its functions are "
				       "replaced: %s; 'kpatch-manager rollback' takes it out\n",
				       top->name, top->version != NULL ? top->version : "?", why);
}

/* What apply would say to it: who is told to type that should not be refused. */
static GPtrArray *reasons_against(const KpStatus *status, const KpStatusKernel *kernel)
{
	const KpPatch *best = kernel->best;
	g_autofree char *floor = kp_asked_is(&kernel->asked, best, FALSE) ? NULL :
		kp_floor_release(kernel->records, kernel->holds, best);
	GPtrArray *reasons = kp_preflight(status->host, best, status->live, kernel->holds, floor,
					  FALSE, KP_UNASKED);

	if (best->backend == KP_BACKEND_KPATCH && !status->host->has_core && status->core != NULL)
		g_ptr_array_add(reasons, g_strdup(status->core));
	kp_resolve_symbols(status->host, best, reasons);
	return reasons;
}

/* What is to be made live, or why it would be refused. */
static void add_best(const KpStatus *status, const KpStatusKernel *kernel, GString *text)
{
	const KpPatch *best = kernel->best;
	g_autoptr(GPtrArray) reasons = reasons_against(status, kernel);

	for (guint i = 0; i < reasons->len; i++)
		g_string_append_printf(text, "%s (%s) is not live, and would be refused: %s\n", best->name,
				       best->version, (char *)g_ptr_array_index(reasons, i));
	if (reasons->len == 0)
		g_string_append_printf(text, "%s (%s) is not live%s: 'kpatch-manager apply' makes it so\n",
				       best->name, best->version, status->host->disabled ?
				       ", for kpatch.enable=0 is on the kernel command line" : "");
}

static const KpInvPatch *package_without_file(const KpStatusKernel *kernel)
{
	for (guint i = 0; kernel->candidates->patches->len == 0 && i < kernel->packages->len; i++) {
		const KpInvPatch *package = g_ptr_array_index(kernel->packages, i);

		if (package->kver != NULL)
			return package;
	}
	return NULL;
}

/* Whoever waits for the end of a transition tells what becomes of it; for one that
 * nobody waits for there is a line of its own. */
static gboolean is_moving(const KpStatus *status)
{
	for (guint i = 0; i < status->live->len; i++)
		if (((const KpLivePatch *)g_ptr_array_index(status->live, i))->transition)
			return TRUE;
	return FALSE;
}

static void add_not_live(const KpStatus *status, const KpStatusKernel *kernel, GString *text)
{
	const KpInvPatch *package = package_without_file(kernel);
	g_autofree char *again = package == NULL ? NULL :
		kp_packager_reinstall(kp_packager(status->host->root), package->name, package->evr);

	if (kernel->best != NULL)
		add_best(status, kernel, text);
	else if (package != NULL)
		g_string_append_printf(text, "Package %s is installed, and no file of it can be used: "
				       "'%s' brings it again\n", package->package, again);
	else if (kernel->candidates->patches->len > 0)
		g_string_append_printf(text, "All patches for kernel %s are held, blocked or revoked: "
				       "'kpatch-manager release' followed by one of them allows it again\n",
				       kernel->kver);
}

/* A hold has a reason, and its release alone does not say which patch it is of. */
static void add_holds(const KpStatusKernel *kernel, GString *text)
{
	for (guint i = 0; i < kernel->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(kernel->holds, i);
		g_autofree char *reason = kp_text_printable(hold->reason);

		g_string_append_printf(text, "%s on %s: %s (%s): %s\n",
				       hold->kind == KP_HOLD_BLOCKED ? "Blocked" : "Held", kernel->kver,
				       hold->name, hold->version, reason);
	}
}

static void add_by_hand(const KpStatus *status, const KpStatusKernel *kernel, GString *text)
{
	g_autofree char *line = kp_by_hand_text(kernel->records, status->live, kernel->candidates,
						kernel->holds);

	if (line != NULL)
		g_string_append_printf(text, "%s\n", line);
}

/* A package and its module that say different things: what is live is counted by the
 * module, what is installed by the package. */
static void add_liars(const KpStatus *status, const KpStatusKernel *kernel, GString *text)
{
	for (guint i = 0; status->inventory != NULL && i < kernel->candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(kernel->candidates->patches, i);
		const KpInvModule *module;
		const KpInvPatch *owner = kp_inventory_owner(status->inventory, status->host->root,
							     patch->path, &module);

		if (owner != NULL && kp_version_says(patch->version) &&
		    !kp_release_same(patch->version, owner->evr))
			g_string_append_printf(text, "Package %s brings a module that says it is %s: as "
					       "live it counts as %s, as installed as %s; ask who built "
					       "it\n", owner->package, patch->version, patch->version,
					       owner->evr);
	}
}

void kp_status_why_text(const KpStatus *status, const KpStatusKernel *kernel, GString *text)
{
	if (kernel->running) {
		add_trial(status, text);
		add_missed(status, text);
		add_by_hand(status, kernel, text);
	}
	if (g_str_equal(kernel->word, "not-live") && !is_moving(status))
		add_not_live(status, kernel, text);
	add_liars(status, kernel, text);
	add_holds(kernel, text);
}
