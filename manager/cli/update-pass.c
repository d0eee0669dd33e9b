/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A repository may have what nobody should install: unsigned, damaged, or not what it says.
 * It is passed over, with the reason, and the next best is taken. */
#include "base/error.h"
#include "base/names.h"
#include "cli/check.h"
#include "cli/update.h"

/* how many are passed over before that repository is for its owner to look at */
#define MOST 32

void kp_update_blame(KpUpdate *update, const KpChosen *chosen, const GError *problem)
{
	g_clear_pointer(&update->blamed, kp_passed_free);
	if (!g_error_matches(problem, KP_ERROR, KP_ERROR_REFUSED) || update->release != NULL ||
	    update->files != NULL || chosen->step == NULL || chosen->step->package->repo == NULL)
		return;
	update->blamed = kp_passed_new(chosen->step->package, problem->message);
}

static char *unsigned_reason(const KpPackageHeader *header)
{
	return header->signature == KP_SIGNED_NOT ? g_strdup("it is not signed") :
		g_strdup_printf("it is signed by the key %s, which the package database does not "
				"have", header->key_id);
}

/* The transaction would refuse it in the end, and all that comes with it. */
static void blame_unsigned(KpUpdate *update)
{
	g_clear_pointer(&update->blamed, kp_passed_free);
	for (guint i = 0; i < update->chosen->len && update->blamed == NULL; i++) {
		const KpChosen *chosen = g_ptr_array_index(update->chosen, i);
		g_autofree char *reason = NULL;
		g_autoptr(GError) problem = NULL;

		if (chosen->header == NULL || chosen->header->signature == KP_SIGNED_GOOD)
			continue;
		reason = unsigned_reason(chosen->header);
		g_set_error_literal(&problem, KP_ERROR, KP_ERROR_REFUSED, reason);
		kp_update_blame(update, chosen, problem);
	}
}

void kp_update_drop_repeated(KpUpdate *update, guint from)
{
	GPtrArray *warnings = update->warnings;

	for (guint i = warnings->len; i > from; i--) {
		guint at = 0;

		if (g_ptr_array_find_with_equal_func(warnings, g_ptr_array_index(warnings, i - 1),
						     g_str_equal, &at) && at < i - 1)
			g_ptr_array_remove_index(warnings, i - 1);
	}
}

static void warn(KpUpdate *update)
{
	const KpPassed *passed = g_ptr_array_index(update->passed, update->passed->len - 1);
	g_autofree char *text = g_strdup_printf("%s of repository %s was passed over: %s; tell "
						"who runs it", passed->nevra, passed->repo,
						passed->reason);

	g_ptr_array_add(update->warnings, kp_text_printable(text));
}

/* FALSE: there is nothing in its place, and the plan is what it was. */
static gboolean choose_other(KpUpdate *update)
{
	g_autoptr(GPtrArray) chosen = g_steal_pointer(&update->chosen);
	KpUpdatePlan *plan = g_steal_pointer(&update->plan);
	guint warnings = update->warnings->len;

	g_ptr_array_add(update->passed, g_steal_pointer(&update->blamed));
	update->chosen = kp_chosen_list_new();
	update->plan = kp_update_plan_new();
	if (kp_update_choose_again(update, NULL) && update->plan->steps->len > 0) {
		kp_update_drop_repeated(update, warnings);
		warn(update);
		kp_update_plan_free(plan);
		return TRUE;
	}
	g_ptr_array_set_size(update->warnings, warnings);
	g_ptr_array_unref(update->chosen);
	update->chosen = g_steal_pointer(&chosen);
	kp_update_plan_free(update->plan);
	update->plan = plan;
	return FALSE;
}

void kp_update_foresee(KpUpdate *update)
{
	g_autoptr(GPtrArray) bad = g_ptr_array_new_with_free_func((GDestroyNotify)kp_passed_free);
	KpPackagePolicy policy = (KpPackagePolicy)update->settings->verify_packages;

	if (update->files != NULL || update->release != NULL)
		return;
	while (update->passed->len < MOST &&
	       kp_details_pass(update->options->root, update->plan, policy, bad, NULL)) {
		update->blamed = g_ptr_array_steal_index(bad, 0);
		if (!choose_other(update))
			return;
		g_ptr_array_set_size(bad, 0);
	}
}

static gboolean pass_over(KpUpdate *update)
{
	if (update->blamed == NULL || update->passed->len >= MOST || !choose_other(update))
		return FALSE;
	kp_update_show(update);
	kp_update_say_kernels(update);
	return TRUE;
}

static gboolean bring(KpUpdate *update, GError **error)
{
	gboolean required = update->settings->verify_packages == KP_PACKAGE_REQUIRED &&
			    !update->options->download_only;
	g_autoptr(GError) problem = NULL;

	g_clear_pointer(&update->blamed, kp_passed_free);
	if (!kp_update_fetch(update, error))
		return FALSE;
	if (!required)
		return TRUE;
	if (!kp_update_bring_keys(update, &problem)) {
		/* who was asked about the key, and said no, is not asked about others */
		if (update->options->yes && g_error_matches(problem, KP_ERROR, KP_ERROR_REFUSED))
			blame_unsigned(update);
		g_propagate_error(error, g_steal_pointer(&problem));
		return FALSE;
	}
	blame_unsigned(update);
	return TRUE;
}

/* What is not good is left to the transaction to refuse if there is nothing else. */
gboolean kp_update_bring(KpUpdate *update, GError **error)
{
	for (;;) {
		g_autoptr(GError) problem = NULL;
		gboolean ok = bring(update, &problem);

		if (pass_over(update)) {
			if (!kp_update_confirm(update, error))
				return FALSE;
			continue;
		}
		if (!ok)
			g_propagate_error(error, g_steal_pointer(&problem));
		return ok;
	}
}
