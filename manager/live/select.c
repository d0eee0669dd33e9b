/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/select.h"

#include "base/names.h"
#include "base/version.h"

void kp_choice_free(KpChoice *choice)
{
	if (choice == NULL)
		return;
	g_ptr_array_unref(choice->reasons);
	g_free(choice);
}

gboolean kp_hold_means(const KpHold *hold, const KpPatch *patch)
{
	if (!g_str_equal(hold->kver, patch->kver))
		return FALSE;
	if (g_str_equal(hold->sha256, kp_patch_sha256(patch)))
		return TRUE;
	/* where a module says no release, older programs wrote its name */
	return hold->kind == KP_HOLD_HELD && g_str_equal(hold->name, patch->name) &&
	       (g_str_equal(hold->version, patch->version) ||
		g_str_equal(hold->version, patch->name));
}

const KpHold *kp_hold_of(const GPtrArray *holds, const KpPatch *patch)
{
	const KpHold *found = NULL;

	for (guint i = 0; i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);

		if (kp_hold_means(hold, patch) && (found == NULL || hold->kind == KP_HOLD_BLOCKED))
			found = hold;
	}
	return found;
}

static gboolean better(const KpPatch *a, const KpPatch *b)
{
	int order = b == NULL ? 1 : kp_version_compare(a->version, b->version);

	/* of those that say no release, what packages have now is the newest */
	if (b != NULL && a->origin != b->origin && !kp_version_says(a->version) &&
	    !kp_version_says(b->version))
		return a->origin < b->origin;
	/* of one release, a file that is known to be bad is no obstacle */
	if (order == 0 && (a->distrust == NULL) != (b->distrust == NULL))
		return a->distrust == NULL;
	return order > 0 || (order == 0 && a->origin < b->origin);
}

/* A release lies in both folders, and is worth one line. */
static void pass_over(KpChoice *choice, const KpPatch *patch, const char *word, const char *why)
{
	g_autofree char *reason = g_strdup_printf("%s (%s) is %s: %s", patch->name,
						  patch->version, word, why);

	if (!g_ptr_array_find_with_equal_func(choice->reasons, reason, g_str_equal, NULL))
		g_ptr_array_add(choice->reasons, g_steal_pointer(&reason));
}

KpChoice *kp_select_best(const GPtrArray *patches, const GPtrArray *holds)
{
	KpChoice *choice = g_new0(KpChoice, 1);

	choice->reasons = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);
		const KpHold *hold = kp_hold_of(holds, patch);

		if (hold != NULL)
			pass_over(choice, patch, kp_hold_word(hold->kind), hold->reason);
		else if (kp_patch_revoked(patch))
			pass_over(choice, patch, "revoked", patch->distrust);
		else if (patch->left != NULL)
			pass_over(choice, patch, "left", patch->left);
		else if (better(patch, choice->patch))
			choice->patch = patch;
	}
	return choice;
}

const KpPatch *kp_select_named(const GPtrArray *patches, const char *word)
{
	const KpPatch *found = NULL;

	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);
		g_autofree char *file = kp_name_canonical(patch->path);

		if ((kp_name_equal(patch->name, word) || kp_name_equal(file, word) ||
		     g_str_equal(patch->version, word)) && better(patch, found))
			found = patch;
	}
	return found;
}

const KpPatch *kp_select_previous(const GPtrArray *patches, const GPtrArray *holds,
				  const char *version)
{
	const KpPatch *previous = NULL;

	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (patch->origin == KP_ORIGIN_STORE && kp_hold_of(holds, patch) == NULL &&
		    !kp_patch_revoked(patch) &&
		    (version == NULL || kp_version_compare(patch->version, version) < 0) &&
		    better(patch, previous))
			previous = patch;
	}
	return previous;
}
