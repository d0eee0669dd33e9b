/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/effects.h"

#include "base/names.h"
#include "cli/report.h"

static gboolean stays(const KpPlan *plan, const KpLivePatch *entry)
{
	for (guint i = 0; i < plan->after->len; i++)
		if (kp_name_equal(g_ptr_array_index(plan->after, i), entry->name))
			return TRUE;
	return FALSE;
}

static gboolean is_disabled(const KpPlan *plan, const KpLivePatch *entry)
{
	for (guint i = 0; i < plan->steps->len; i++) {
		const KpStep *step = &g_array_index(plan->steps, KpStep, i);

		if (step->kind == KP_STEP_DISABLE && g_str_equal(step->name, entry->name))
			return TRUE;
	}
	return FALSE;
}

GPtrArray *kp_effects(const KpScene *scene, const KpPatch *patch)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpPlan) plan = kp_plan_apply(scene->host, scene->candidates, scene->live, patch);

	for (guint i = 0; i < scene->live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(scene->live, i);

		if (!entry->enabled || kp_name_equal(entry->name, patch->name))
			continue;
		g_ptr_array_add(texts, g_strdup_printf(
			"%s%s is live now, and would %s.", entry->name,
			entry->foreign ? ", which is foreign," : "",
			stays(plan, entry) ? "stay so, beside it" :
			is_disabled(plan, entry) ? "be taken out of the kernel" :
			"be replaced by it in one step"));
	}
	return texts;
}

void kp_effects_warn(const KpScene *scene, const KpPlan *plan)
{
	for (guint i = 0; i < scene->live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(scene->live, i);

		if (entry->enabled && entry->foreign && !stays(plan, entry))
			kp_warn("%s is foreign: nothing here brought it, and nothing here brings it back; "
				"it goes", entry->name);
	}
}
