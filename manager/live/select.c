/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/select.h"

#include "base/names.h"
#include "base/release.h"
#include "base/version.h"
#include "live/stream.h"

void kp_choice_free(KpChoice *choice)
{
	if (choice == NULL)
		return;
	g_ptr_array_unref(choice->reasons);
	g_free(choice);
}

/* Where a module says no release, older programs wrote its name. */
static gboolean same_release(const KpHold *hold, const KpIdentity *identity)
{
	return kp_stream_same(hold->name, hold->version, identity->name, identity->version) &&
	       (kp_release_equal(hold->version, identity->version) ||
		(g_str_equal(hold->name, identity->name) &&
		 (g_str_equal(hold->version, hold->name) ||
		  g_str_equal(identity->version, identity->name))));
}

gboolean kp_hold_covers(const KpHold *hold, const char *kver, const KpIdentity *identity)
{
	return g_str_equal(hold->kver, kver) &&
	       (g_str_equal(hold->sha256, identity->sha256) ||
		(hold->kind == KP_HOLD_HELD && same_release(hold, identity)));
}

gboolean kp_hold_means(const KpHold *hold, const KpPatch *patch)
{
	KpIdentity identity = { patch->name, patch->version, NULL };

	/* a digest has to be worked out */
	if (!g_str_equal(hold->kver, patch->kver))
		return FALSE;
	identity.sha256 = kp_patch_sha256(patch);
	return kp_hold_covers(hold, patch->kver, &identity);
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
		     kp_release_equal(patch->version, word)) && better(patch, found))
			found = patch;
	}
	return found;
}

/* Another stream's, or what is kept away, has no say in why nothing was taken. */
static void add_others(KpChoice *choice, const GPtrArray *patches, const GPtrArray *followed)
{
	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (g_ptr_array_find((GPtrArray *)followed, patch, NULL))
			continue;
		pass_over(choice, patch, "of another stream", "it is taken only when it is named");
		choice->others = TRUE;
	}
}

KpChoice *kp_select_followed(const GPtrArray *patches, const GPtrArray *holds,
			     const GPtrArray *live, const GPtrArray *records)
{
	g_autoptr(GPtrArray) followed = kp_stream_followed(patches, live, records);
	KpChoice *choice = kp_select_best(followed, holds);

	/* anything is better than nothing, and then takes no place */
	if (choice->patch == NULL && kp_live_top(live) == NULL) {
		kp_choice_free(choice);
		return kp_select_best(patches, holds);
	}
	add_others(choice, patches, followed);
	return choice;
}

static gboolean may_go_back_to(const KpPatch *patch, const GPtrArray *holds)
{
	return patch->origin == KP_ORIGIN_STORE && kp_hold_of(holds, patch) == NULL &&
	       !kp_patch_revoked(patch);
}

static const KpPatch *find_older(const GPtrArray *patches, const GPtrArray *holds,
				 const KpLivePatch *live)
{
	const KpPatch *older = NULL;

	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (may_go_back_to(patch, holds) &&
		    kp_stream_same(patch->name, patch->version, live->name, live->version) &&
		    kp_version_compare(patch->version, live->version) < 0 && better(patch, older))
			older = patch;
	}
	return older;
}

static const KpPatch *find_recorded(const GPtrArray *patches, const GPtrArray *holds,
				    const KpRecord *record)
{
	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (may_go_back_to(patch, holds) && kp_name_equal(patch->name, record->name))
			return patch;
	}
	return NULL;
}

/* Of another stream only the history knows what was before what. */
static const KpPatch *find_before(const GPtrArray *patches, const GPtrArray *holds,
				  const KpLivePatch *live, const GPtrArray *records)
{
	const KpPatch *found = NULL;

	for (guint i = 0; i < records->len && found == NULL; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (!g_str_equal(record->result, "done"))
			continue;
		if (*record->name == '\0')
			return NULL;
		if (!kp_stream_same(record->name, record->version, live->name, live->version))
			found = find_recorded(patches, holds, record);
	}
	return found;
}

const KpPatch *kp_select_previous(const GPtrArray *patches, const GPtrArray *holds,
				  const KpLivePatch *live, const GPtrArray *records)
{
	const KpPatch *older = find_older(patches, holds, live);

	return older != NULL ? older : find_before(patches, holds, live, records);
}
