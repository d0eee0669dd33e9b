/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check found, for people. */
#include "base/names.h"
#include "cli/check.h"
#include "cli/table.h"

#define GREEN "\033[32m"
#define YELLOW "\033[33m"

/* CVEs that stand in the table; all of them are in the JSON */
#define CVES_SHOWN 3

static char *cves_text(char **cves)
{
	guint count = g_strv_length(cves);
	GString *text;

	if (count == 0)
		return NULL;
	text = g_string_new(cves[0]);
	for (guint i = 1; i < MIN(count, CVES_SHOWN); i++)
		g_string_append_printf(text, " %s", cves[i]);
	if (count > CVES_SHOWN)
		g_string_append_printf(text, " and %u more", count - CVES_SHOWN);
	return g_string_free(text, FALSE);
}

static void add_row(KpTable *table, const KpCheck *check, const KpUpdateKernel *kernel)
{
	const KpPackage *best = kernel->best;
	g_autofree char *size = best == NULL || best->size == 0 ? NULL :
				g_format_size_full(best->size, G_FORMAT_SIZE_IEC_UNITS);
	g_autofree char *cves = cves_text(kernel->cves);
	const char *signer = best == NULL || best->checksum == NULL ? NULL :
			     g_hash_table_lookup(check->signers, best->checksum);
	const char *word = kp_check_word(check, kernel);
	const char *cells[] = {
		kernel->running ? "*" : " ", kernel->kver, kernel->installed,
		best != NULL ? best->evr : NULL,
		best != NULL && best->repo != NULL ? best->repo->id : NULL,
		size, signer, cves, word,
	};

	kp_table_add(table, cells, g_str_equal(word, "up-to-date") ? GREEN : YELLOW);
}

static void add_line(GString *text, const char *first, const char *line)
{
	g_autofree char *clean = kp_text_printable(line);

	g_string_append_printf(text, "%s%s\n", first, clean);
}

/* What was not taken, and why. */
static void add_passed(GString *text, const KpUpdateKernel *kernel)
{
	g_autofree char *first = g_strdup_printf("%s: not taken: ", kernel->kver);

	for (guint i = 0; i < kernel->passed->len; i++)
		add_line(text, first, g_ptr_array_index(kernel->passed, i));
}

static void add_coverage(GString *text, const KpCheck *check, const KpUpdateKernel *kernel)
{
	KpCoverage coverage = kp_check_coverage(check, kernel);
	g_autofree char *warning = kp_coverage_warning(&coverage, kernel->kver);

	if (warning != NULL)
		add_line(text, "", warning);
}

static gboolean is_best(const KpCheck *check, const KpUpdateStep *step)
{
	for (guint i = 0; i < check->plan->kernels->len; i++)
		if (kp_check_step(check, g_ptr_array_index(check->plan->kernels, i)) == step)
			return TRUE;
	return FALSE;
}

static void add_displaced(GString *text, const KpUpdateStep *step)
{
	g_autofree char *nevra = kp_package_nevra(step->package);

	for (guint i = 0; step->displaces != NULL && i < step->displaces->len; i++) {
		g_autofree char *line = g_strdup_printf("%s takes the place of %s", nevra,
			(char *)g_ptr_array_index(step->displaces, i));

		add_line(text, "", line);
	}
}

/* What comes with the patches. */
static void add_steps(GString *text, const KpCheck *check)
{
	for (guint i = 0; i < check->plan->steps->len; i++) {
		const KpUpdateStep *step = g_ptr_array_index(check->plan->steps, i);
		g_autofree char *nevra = kp_package_nevra(step->package);
		g_autofree char *line = NULL;

		add_displaced(text, step);
		if (is_best(check, step))
			continue;
		line = g_strdup_printf("%s %s%s%s", kp_update_step_word(step->kind), nevra,
				       step->replaces != NULL ? " in place of " : "",
				       step->replaces != NULL ? step->replaces : "");
		add_line(text, "Goes with it: ", line);
	}
}

static void add_hint(GString *text, const KpCheck *check)
{
	const KpUpdateKernel *other = NULL;
	guint running = 0, others = 0;

	for (guint i = 0; i < check->plan->kernels->len; i++) {
		const KpUpdateKernel *kernel = g_ptr_array_index(check->plan->kernels, i);

		if (kp_check_step(check, kernel) == NULL)
			continue;
		running += kernel->running;
		others += !kernel->running;
		if (!kernel->running)
			other = kernel;
	}
	if (running > 0)
		g_string_append_printf(text, "'kpatch-manager update' installs what the running kernel "
				       "lacks%s.\n",
				       others > 0 ? ", with --all-kernels what all of them do" : "");
	else if (others == 1)
		g_string_append_printf(text, "'kpatch-manager update --kernel %s' installs it.\n",
				       other->kver);
	else if (others > 0)
		g_string_append(text, "'kpatch-manager update --all-kernels' installs what they lack.\n");
}

char *kp_check_text(const KpCheck *check, gboolean coloured)
{
	static const char *const heads[] = { " ", "KERNEL", "INSTALLED", "AVAILABLE", "REPOSITORY",
					     "SIZE", "SIGNER", "ADDS", "STATE", NULL };
	g_autoptr(KpTable) table = kp_table_new(heads);
	const GPtrArray *kernels = check->plan->kernels;
	g_autofree char *rows = NULL;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < kernels->len; i++)
		add_row(table, check, g_ptr_array_index(kernels, i));
	rows = kp_table_text(table, coloured);
	if (kernels->len > 0)
		g_string_append(text, rows);
	for (guint i = 0; i < kernels->len; i++)
		add_passed(text, g_ptr_array_index(kernels, i));
	for (guint i = 0; i < kernels->len; i++)
		add_coverage(text, check, g_ptr_array_index(kernels, i));
	add_steps(text, check);
	for (guint i = 0; i < check->plan->problems->len; i++)
		add_line(text, "Problem: ", g_ptr_array_index(check->plan->problems, i));
	add_hint(text, check);
	return g_string_free(text, FALSE);
}
