/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/barred.h"

#include "base/release.h"
#include "base/version.h"

static KpBarred *add(GPtrArray *list, const char *kver, const char *version, const char *word,
		     const char *reason)
{
	KpBarred *barred = g_new0(KpBarred, 1);

	barred->kver = g_strdup(kver);
	barred->version = g_strdup(version);
	barred->word = g_strdup(word);
	barred->reason = g_strdup(reason);
	g_ptr_array_add(list, barred);
	return barred;
}

/* Where a module says no release, older programs wrote its name: the release is in there.
 * NULL: it is not. Caller frees. */
static char *release_of(const KpHold *hold)
{
	return kp_version_says(hold->version) ? NULL :
		kp_release_in_name(hold->name, hold->kver);
}

/* Also of kernels of which no file is left. */
static void add_holds(GPtrArray *list, const KpStatus *status)
{
	g_autoptr(GPtrArray) holds = status->state == NULL ? NULL :
		kp_state_holds(status->state, NULL, NULL);

	for (guint i = 0; holds != NULL && i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);
		g_autofree char *release = release_of(hold);

		add(list, hold->kver, release != NULL ? release : hold->version,
		    kp_hold_word(hold->kind), hold->reason)->any_build =
			hold->kind == KP_HOLD_HELD;
	}
}

static void add_revoked(GPtrArray *list, const KpStatusKernel *kernel)
{
	for (guint i = 0; i < kernel->patches->len; i++) {
		const KpStatusPatch *patch = g_ptr_array_index(kernel->patches, i);

		if (patch->revoked != NULL && patch->version != NULL)
			add(list, kernel->kver, patch->version, "revoked", patch->revoked);
	}
}

GPtrArray *kp_barred_read(const KpStatus *status)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)kp_barred_free);

	add_holds(list, status);
	for (guint i = 0; i < status->kernels->len; i++)
		add_revoked(list, g_ptr_array_index(status->kernels, i));
	return list;
}
