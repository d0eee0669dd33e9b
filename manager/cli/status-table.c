/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status for people. */
#include "cli/status.h"
#include "cli/table.h"

#include "base/names.h"
#include "base/version.h"
#include "live/by-hand.h"

#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"

static const struct {
	const char *word;
	const char *colour;
} colour_table[] = {
	{ "up-to-date", GREEN },
	{ "uncovered", YELLOW },
	{ "update-available", YELLOW },
	{ "reboot-needed", YELLOW },
	{ "not-live", RED },
	{ "failed", RED },
};

static const char *colour_of(const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(colour_table); i++)
		if (g_str_equal(colour_table[i].word, word))
			return colour_table[i].colour;
	return NULL;
}

static char *local_time(gint64 seconds)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);

	return time != NULL ? g_date_time_format(time, "%Y-%m-%d %H:%M") : g_strdup("?");
}

static const char *newest_package(const KpStatusKernel *kernel)
{
	const char *newest = NULL;

	for (guint i = 0; i < kernel->packages->len; i++) {
		const KpInvPatch *patch = g_ptr_array_index(kernel->packages, i);

		if (kp_version_compare(patch->evr, newest) > 0)
			newest = patch->evr;
	}
	return newest;
}

/* What packages brought; without a package database, what lies there. */
static char *installed_text(const KpStatusKernel *kernel)
{
	const KpPatch *newest = NULL;

	if (kernel->packages->len > 0)
		return g_strdup(newest_package(kernel));
	for (guint i = 0; i < kernel->candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(kernel->candidates->patches, i);

		if (patch->origin == KP_ORIGIN_PACKAGE &&
		    (newest == NULL || kp_version_compare(patch->version, newest->version) > 0))
			newest = patch;
	}
	return newest != NULL ? g_strdup_printf("%s (no package)", newest->version) : NULL;
}

static char *live_text(const KpStatusPatch *top)
{
	const char *release;

	if (top == NULL)
		return NULL;
	release = top->version != NULL ? top->version : top->name;
	/* that modules are to come is no state that asks for something: it is told below */
	return g_str_equal(top->word, "live") || g_str_equal(top->word, "pending") ?
	       g_strdup(release) :
	       g_strdup_printf("%s (%s)", release, top->word);
}

static char *held_text(const KpStatusKernel *kernel)
{
	GString *text = NULL;

	for (guint i = 0; i < kernel->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(kernel->holds, i);

		if (text == NULL)
			text = g_string_new(NULL);
		g_string_append_printf(text, "%s%s%s", text->len > 0 ? " " : "", hold->version,
				       hold->kind == KP_HOLD_BLOCKED ? " (blocked)" : "");
	}
	return text != NULL ? g_string_free(text, FALSE) : NULL;
}

static const char *until_text(const KpStatusKernel *kernel)
{
	return kernel->coverage.state != KP_COVERAGE_UNKNOWN ? kernel->coverage.until : NULL;
}

/* A column that only those see who told how long a kernel is covered. */
static gboolean any_coverage(const KpStatus *status)
{
	for (guint i = 0; i < status->kernels->len; i++)
		if (until_text(g_ptr_array_index(status->kernels, i)) != NULL)
			return TRUE;
	return FALSE;
}

static void add_row(const KpStatus *status, KpTable *table, const KpStatusKernel *kernel)
{
	const KpStatusPatch *top = kp_status_shown(status, kernel);
	g_autofree char *installed = installed_text(kernel);
	g_autofree char *live = live_text(top);
	g_autofree char *since = kernel->since != 0 ? local_time(kernel->since) : NULL;
	g_autofree char *held = held_text(kernel);
	const char *cells[] = { kernel->running ? "*" : " ", kernel->kver, installed, live,
				top != NULL ? kp_backend_word(top->backend) : NULL,
				since, held, until_text(kernel), kernel->word };
	const char *without[] = { cells[0], cells[1], cells[2], cells[3], cells[4], cells[5],
				  cells[6], cells[8] };

	kp_table_add(table, any_coverage(status) ? cells : without, colour_of(kernel->word));
}

static void add_problems(const KpStatus *status, GString *text)
{
	for (guint i = 0; i < status->problems->len; i++) {
		g_autofree char *clean = kp_text_printable(g_ptr_array_index(status->problems, i));

		g_string_append_printf(text, "Problem: %s\n", clean);
	}
}

/* What is live and needs a word more than the table has room for. */
static void add_top(const KpStatusPatch *top, GString *text)
{
	const char *version = top->version != NULL ? top->version : "?";

	if (top->revoked != NULL)
		g_string_append_printf(text, "%s (%s) is live, and is revoked: %s\n", top->name,
				       version, top->revoked);
	else if (top->file != NULL && top->file->distrust != NULL)
		g_string_append_printf(text, "%s (%s) is live, and would not be loaded again: %s\n",
				       top->name, version, top->file->distrust);
	if (top->live->pending != NULL && !top->live->transition)
		g_string_append_printf(text, "%s (%s) has functions of modules that are not loaded; "
				       "they are replaced when these are: %s\n",
				       top->name, version, top->live->pending);
	if (g_str_equal(top->word, "stalled") && top->file != NULL)
		g_string_append_printf(text, "%s (%s) is in a transition that nobody waits for; "
				       "'kpatch-manager apply %s' does\n", top->name, version,
				       kp_version_says(top->version) ? top->version : top->name);
	else if (g_str_equal(top->word, "stalled"))
		g_string_append_printf(text, "%s (%s) is in a transition that nobody waits for, and has "
				       "no file; 'kpatch-manager rollback none' takes it out\n",
				       top->name, version);
	else if (g_str_equal(top->word, "orphaned"))
		g_string_append_printf(text, "%s (%s) is live, and no package brings it\n",
				       top->name, version);
}

/* By what somebody applied by hand, of which there is a line of its own. */
static gboolean is_shadowed(const KpStatus *status, const KpStatusKernel *kernel)
{
	return kp_by_hand_shadowed(kernel->records, status->live, kernel->candidates,
				   kernel->holds) != NULL;
}

/* What is live is newer than what packages have since. */
static void add_asked(const KpStatus *status, const KpStatusKernel *kernel,
		      const KpStatusPatch *top, GString *text)
{
	const KpPatch *asked = kernel->asked.patch;

	if (kernel->asked.packaged && kernel->asked.since && kp_version_says(top->version) &&
	    kp_version_compare(top->version, asked->version) > 0)
		g_string_append_printf(text, "The package manager went back to %s (%s): it takes the "
				       "place of %s at the next boot, or 'kpatch-manager rollback %s' "
				       "does it now\n", asked->name, asked->version, top->version,
				       asked->version);
	else if (kernel->asked.packaged && !kernel->asked.since && kp_version_says(top->version) &&
		 kp_version_compare(top->version, asked->version) > 0 && !is_shadowed(status, kernel))
		g_string_append_printf(text, "Packages have %s (%s), which is older than what is live and, "
				       "by the clock, was installed before that: if the clock was wrong "
				       "and somebody went back to it, 'kpatch-manager rollback %s' makes "
				       "it live\n", asked->name, asked->version, asked->version);
}

static const KpStatusKernel *running_kernel(const KpStatus *status)
{
	for (guint i = 0; i < status->kernels->len; i++) {
		const KpStatusKernel *kernel = g_ptr_array_index(status->kernels, i);

		if (kernel->running)
			return kernel;
	}
	return NULL;
}

/* Who vouched for what is live, when it was loaded. */
static void add_signer(const KpStatus *status, GString *text)
{
	const KpStatusKernel *kernel = running_kernel(status);

	if (kernel != NULL && kernel->load != NULL && *kernel->load->signer != '\0')
		g_string_append_printf(text, "%s (%s) is signed by %s\n", kernel->load->name,
				       kernel->load->version, kernel->load->signer);
}

/* They ask for the name of a package, where other tools ask what provides it. */
static void add_askers(const KpStatus *status, GString *text)
{
	const KpInventory *inventory = status->inventory;

	if (inventory == NULL || inventory->kpatch != NULL || kp_live_top(status->live) == NULL)
		return;
	for (guint i = 0; i < inventory->askers->len; i++)
		g_string_append_printf(text, "%s looks for a package that is called kpatch, finds none, "
				       "and leaves out what is live\n",
				       (char *)g_ptr_array_index(inventory->askers, i));
}

static void add_remarks(const KpStatus *status, GString *text)
{
	add_problems(status, text);
	add_signer(status, text);
	kp_status_look_text(status, text);
	add_askers(status, text);
	for (guint i = 0; i < status->kernels->len; i++) {
		const KpStatusKernel *kernel = g_ptr_array_index(status->kernels, i);
		const KpStatusPatch *top = kp_status_top(status, kernel);
		g_autofree char *at = NULL;

		if (top != NULL) {
			add_top(top, text);
			add_asked(status, kernel, top, text);
		}
		kp_status_stack_text(status, kernel, text);
		kp_status_why_text(status, kernel, text);
		kp_status_outlook_text(kernel, text);
		if (kernel->last == NULL || g_str_equal(kernel->last->result, "done"))
			continue;
		at = local_time(kernel->last->at);
		g_string_append_printf(text, "Last attempt on %s: %s, %s %s: %s\n", kernel->kver,
				       at, kernel->last->action, kernel->last->result,
				       kernel->last->detail);
	}
}

char *kp_status_table(const KpStatus *status, gboolean coloured)
{
	static const char *const heads[] = { " ", "KERNEL", "INSTALLED", "LIVE", "BACKEND",
					     "SINCE", "HELD", "STATE", NULL };
	static const char *const more[] = { " ", "KERNEL", "INSTALLED", "LIVE", "BACKEND",
					    "SINCE", "HELD", "COVERED", "STATE", NULL };
	g_autoptr(KpTable) table = kp_table_new(any_coverage(status) ? more : heads);
	g_autoptr(GString) remarks = g_string_new(NULL);
	g_autofree char *rows = NULL, *clean = NULL;
	GString *text;

	for (guint i = 0; i < status->kernels->len; i++)
		add_row(status, table, g_ptr_array_index(status->kernels, i));
	rows = kp_table_text(table, coloured);
	text = g_string_new(status->kernels->len > 0 ? rows : "No kernel is known.\n");
	add_remarks(status, remarks);
	clean = kp_text_lines(remarks->str);
	g_string_append(text, clean);
	return g_string_free(text, FALSE);
}

char *kp_status_check_text(const KpStatus *status)
{
	const KpStatusKernel *kernel = running_kernel(status);
	const KpStatusPatch *top = kernel != NULL ? kp_status_top(status, kernel) : NULL;
	const KpStatusPatch *shown = kernel != NULL ? kp_status_shown(status, kernel) : NULL;
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%s: kernel %s, live: %s%s", status->verdict.word,
			status->host->kver, shown == NULL ? "none" :
			shown->version != NULL ? shown->version : shown->name,
			shown != NULL && top == NULL ? " (foreign)" : "");
	if (kernel != NULL && kernel->best != NULL)
		g_string_append_printf(text, ", newest: %s", kernel->best->version);
	g_string_append_c(text, '\n');
	add_problems(status, text);
	kp_status_look_text(status, text);
	if (top != NULL) {
		add_top(top, text);
		add_asked(status, kernel, top, text);
	}
	if (kernel != NULL) {
		kp_status_stack_text(status, kernel, text);
		kp_status_why_text(status, kernel, text);
		kp_status_outlook_text(kernel, text);
	}
	return g_string_free(text, FALSE);
}
