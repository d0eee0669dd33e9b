/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/unload.h"

#include "base/names.h"

static void add_step(KpPlan *plan, KpStepKind kind, const KpLivePatch *live)
{
	const KpStep step = { .kind = kind, .backend = live->backend, .name = live->name,
			      .version = live->version };

	g_array_append_val(plan->steps, step);
}

KpPlan *kp_plan_unload(const GPtrArray *live, const char *name)
{
	KpPlan *plan = g_new0(KpPlan, 1);

	plan->steps = g_array_new(FALSE, TRUE, sizeof(KpStep));
	plan->after = g_ptr_array_new();
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (name != NULL && !kp_name_equal(entry->name, name)) {
			if (entry->enabled)
				g_ptr_array_add(plan->after, entry->name);
			continue;
		}
		if (entry->enabled)
			add_step(plan, KP_STEP_DISABLE, entry);
		add_step(plan, KP_STEP_REMOVE, entry);
	}
	return plan;
}

void kp_plan_drop_keep(KpPlan *plan)
{
	for (guint i = plan->steps->len; i-- > 0;)
		if (g_array_index(plan->steps, KpStep, i).kind == KP_STEP_KEEP)
			g_array_remove_index(plan->steps, i);
}
