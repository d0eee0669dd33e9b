/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cve: which holes are closed in which kernel, and what would close the others. */
#include "cli/cve.h"

#include "base/cve.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/table.h"

/* The IDs that @words are, in one spelling; all that is known when there are none. */
static char **wanted_cves(const KpCveScene *scene, char **words)
{
	g_autoptr(GHashTable) set = kp_cve_set_new();
	GHashTableIter iter;
	gpointer cve;

	for (; *words != NULL; words++)
		g_hash_table_add(set, kp_cve_parse(*words));
	if (g_hash_table_size(set) > 0)
		return kp_cve_set_list(set);
	g_hash_table_iter_init(&iter, scene->facts->index);
	while (g_hash_table_iter_next(&iter, &cve, NULL))
		g_hash_table_add(set, g_strdup(cve));
	return kp_cve_set_list(set);
}

static gboolean check_words(const KpOptions *options, char **words, GError **error)
{
	for (; *words != NULL; words++) {
		g_autofree char *cve = kp_cve_parse(*words);

		if (cve != NULL)
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s is no CVE ID; they are like CVE-2026-12345", *words);
		return FALSE;
	}
	return TRUE;
}

static gboolean check_kernel(const KpCveScene *scene, const KpOptions *options, GError **error)
{
	for (guint i = 0; i < scene->facts->kernels->len; i++) {
		const KpCveKernel *kernel = g_ptr_array_index(scene->facts->kernels, i);

		if (options->kernel == NULL || g_str_equal(options->kernel, kernel->kver))
			return TRUE;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
		    options->kernel != NULL ? "kernel %s is not installed; 'kpatch-manager status' "
		    "lists the kernels" : "no kernel is known%s", options->kernel != NULL ?
		    options->kernel : "");
	return FALSE;
}

/* --missing is about the kernel that runs, unless another one is named. */
static gboolean is_wanted(const KpOptions *options, const KpCveKernel *kernel)
{
	if (options->kernel != NULL)
		return g_str_equal(options->kernel, kernel->kver);
	return !options->missing || kernel->running;
}

/* What a reboot alone would bring: a newer kernel has it, and no patch does. */
static gboolean wants_reboot(const KpCveAnswer *answer)
{
	return answer->verdict == KP_CVE_NOT_FIXED && answer->kernel && answer->by != NULL;
}

/* Without IDs, what a kernel was built with is nothing to tell, nor that nobody says
 * anything of it. */
static gboolean is_worth_telling(const KpCveAnswer *answer)
{
	return answer->verdict == KP_CVE_NOT_FIXED ||
	       (!answer->kernel && answer->verdict != KP_CVE_UNKNOWN);
}

static void row_free(gpointer data)
{
	KpCveRow *row = data;

	kp_cve_answer_clear(&row->answer);
	g_free(row);
}

static KpCveRow *make_row(const KpCveScene *scene, const KpCveKernel *kernel, const char *cve)
{
	KpCveRow *row = g_new0(KpCveRow, 1);

	row->cve = cve;
	row->kernel = kernel;
	row->answer = kp_cve_judge(scene->facts, kernel, cve);
	return row;
}

/* Adds what is to be told of one CVE: of all kernels, or of none, for a row that is left
 * out would look as if nothing were known of that kernel. */
static void add_rows(const KpCveScene *scene, const KpOptions *options, gboolean named,
		     const char *cve, GPtrArray *rows)
{
	const guint before = rows->len;
	gboolean worth = named || options->missing;

	for (guint i = 0; i < scene->facts->kernels->len; i++) {
		const KpCveKernel *kernel = g_ptr_array_index(scene->facts->kernels, i);
		KpCveRow *row;

		if (!is_wanted(options, kernel))
			continue;
		row = make_row(scene, kernel, cve);
		worth = worth || is_worth_telling(&row->answer);
		if (!options->missing || wants_reboot(&row->answer))
			g_ptr_array_add(rows, row);
		else
			row_free(row);
	}
	if (!worth)
		g_ptr_array_set_size(rows, (int)before);
}

static GPtrArray *make_rows(const KpCveScene *scene, const KpOptions *options, gboolean named,
			    char **cves)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);

	for (; *cves != NULL; cves++)
		add_rows(scene, options, named, *cves, rows);
	return rows;
}

static void print(const KpCveScene *scene, const KpOptions *options, const GPtrArray *rows)
{
	g_autofree char *text = options->json ? kp_cve_json(scene, rows)
					      : kp_cve_table(scene, rows, kp_table_colour_wanted());

	if (!options->json)
		kp_warn_all(scene->warnings);
	kp_out_clean(text);
}

int kp_command_cve(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpCveScene) scene = NULL;
	g_autoptr(GPtrArray) rows = NULL;
	g_auto(GStrv) cves = NULL;

	if (!check_words(options, words, error))
		return -1;
	scene = kp_cve_scene_open(options, error);
	if (scene == NULL || !check_kernel(scene, options, error))
		return -1;
	cves = wanted_cves(scene, words);
	rows = make_rows(scene, options, *words != NULL, cves);
	print(scene, options, rows);
	return KP_EXIT_DONE;
}
