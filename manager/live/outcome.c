/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/outcome.h"

#include "base/error.h"
#include "base/names.h"
#include "base/release.h"
#include "base/version.h"
#include "live/stream.h"

static gboolean changes_kernel(const KpPlan *plan)
{
	for (guint i = 0; i < plan->steps->len; i++)
		switch (g_array_index(plan->steps, KpStep, i).kind) {
		case KP_STEP_FINISH:
		case KP_STEP_WITHDRAW:
		case KP_STEP_REMOVE:
		case KP_STEP_LOAD:
		case KP_STEP_STACK:
		case KP_STEP_DISABLE:
			return TRUE;
		case KP_STEP_HOLD:
		case KP_STEP_RELEASE:
		case KP_STEP_CORE:
		case KP_STEP_KEEP:
			break;
		}
	return FALSE;
}

static void add(GString *text, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add(GString *text, const char *format, ...)
{
	va_list args;

	if (text->len > 0)
		g_string_append(text, "; ");
	va_start(args, format);
	g_string_append_vprintf(text, format, args);
	va_end(args);
}

static gboolean is_wanted(const KpPlan *plan, const char *name)
{
	for (guint i = 0; i < plan->after->len; i++)
		if (kp_name_equal(g_ptr_array_index(plan->after, i), name))
			return TRUE;
	return FALSE;
}

static void find_missing(const KpPlan *plan, const GPtrArray *live, GString *text)
{
	for (guint i = 0; i < plan->after->len; i++) {
		const char *name = g_ptr_array_index(plan->after, i);
		const KpLivePatch *entry = kp_live_find(live, name);

		if (entry == NULL || !entry->enabled)
			add(text, "%s is not live", name);
		else if (entry->transition)
			add(text, "%s is still in a transition", name);
	}
}

static void find_unwanted(const KpPlan *plan, const GPtrArray *live, GString *text)
{
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (entry->enabled && !is_wanted(plan, entry->name))
			add(text, "%s is live", entry->name);
	}
}

/* Another module of its name may be there, or another patch of its stream on top. */
static void look_at_target(const KpPatch *target, const GPtrArray *live, GString *text)
{
	const KpLivePatch *entry = kp_live_find(live, target->name);

	if (entry == NULL || !entry->enabled)
		return;
	if (kp_version_says(entry->version) && kp_version_says(target->version) &&
	    !kp_release_equal(entry->version, target->version))
		add(text, "%s is live in the release %s, and not in %s", entry->name, entry->version,
		    target->version);
	if (entry->covered != NULL)
		add(text, "%s is covered by %s, which replaces the same functions", entry->name,
		    entry->covered);
}

gboolean kp_outcome_check(const char *root, const KpPlan *plan, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) live = NULL;

	if (!changes_kernel(plan))
		return TRUE;
	live = kp_live_read(root, NULL);
	find_missing(plan, live, text);
	find_unwanted(plan, live, text);
	if (plan->target != NULL)
		look_at_target(plan->target, live, text);
	if (text->len == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "the kernel is not as was planned: %s; 'kpatch-manager status' shows what is live",
		    text->str);
	return FALSE;
}
