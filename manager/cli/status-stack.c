/* SPDX-License-Identifier: GPL-2.0-or-later */
/* More than one patch is live, or one that nobody here brought: what of that an operator
 * has to know. */
#include "cli/status.h"

#include "base/version.h"
#include "live/stream.h"

static char *called(const char *name, const char *version)
{
	return version == NULL || g_str_equal(name, version) ? g_strdup(name) :
	       g_strdup_printf("%s (%s)", name, version);
}

static void add_foreign(const KpLivePatch *entry, gboolean awaited, GString *text)
{
	g_autofree char *who = called(entry->name, entry->version);

	if (entry->transition && !awaited) {
		g_string_append_printf(text, "%s is in a transition that nobody waits for, and has no "
				       "file; 'kpatch-manager rollback none' takes it out\n", who);
		return;
	}
	g_string_append_printf(text, "%s is live and foreign: nothing here brought it, and it is neither "
			       "newer nor older than other patches; 'kpatch unload %s' takes it out\n",
			       who, entry->name);
}

/* The newer of one stream has all that the older one has, if it is on top. */
static void add_below(const KpLivePatch *entry, const KpLivePatch *top, GString *text)
{
	g_autofree char *who = called(entry->name, entry->version);
	gboolean newer = kp_stream_same(entry->name, entry->version, top->name, top->version) &&
			 kp_version_compare(entry->version, top->version) > 0;

	g_string_append_printf(text, "%s is live, too, below %s%s; 'kpatch-manager apply %s' leaves one of "
			       "them\n", who, top->name, newer ? ", which is older" : "",
			       newer ? entry->name : top->name);
}

static void add_covered(const KpLivePatch *top, GString *text)
{
	g_autofree char *who = called(top->name, top->version);

	g_string_append_printf(text, "%s is not in force: %s is on top of it and replaces the same "
			       "functions\n", who, top->covered);
}

static void add_hidden(const KpStatusKernel *kernel, GString *text)
{
	g_autofree char *who = called(kernel->hidden->name, kernel->hidden->version);

	g_string_append_printf(text, "%s, which packages have, is of another stream than what is live and "
			       "does not take its place unasked; 'kpatch-manager apply %s' makes it live\n",
			       who, kernel->hidden->version);
}

void kp_status_stack_text(const KpStatus *status, const KpStatusKernel *kernel, GString *text)
{
	const KpLivePatch *top = kernel->running ? kp_live_ours(status->live) : NULL;

	for (guint i = 0; kernel->running && i < status->live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(status->live, i);

		if (entry->foreign)
			add_foreign(entry, status->awaited, text);
		else if (entry->enabled && entry != top && !entry->transition && !top->transition)
			add_below(entry, top, text);
	}
	if (top != NULL && top->covered != NULL)
		add_covered(top, text);
	if (kernel->hidden != NULL)
		add_hidden(kernel, text);
}
