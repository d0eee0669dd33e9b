/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For build-cases: what kpatch-build's stages say about two objects.
 *   compare-objects ORIGINAL PATCHED [TEXT]   report; emitted text goes to TEXT
 *   compare-objects --holds PATCHED MADE      is all code of MADE that of PATCHED? */
#include <stdio.h>
#include <string.h>

#include "kmod/build/emit.h"
#include "kmod/build/judge.h"
#include "kmod/build/layout.h"

static const char *const weights[] = { "note", "left-out", "refused" };

static KpObject *open_object(const char *path)
{
	g_autoptr(GError) error = NULL;
	KpObject *object = kp_object_open(path, &error);

	g_assert_no_error(error);
	return object;
}

static gint compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_twins(GPtrArray *lines, const KpComparison *comparison)
{
	for (guint i = 0; i < comparison->twins->len; i++) {
		const KpTwin *twin = g_ptr_array_index(comparison->twins, i);
		const char *kind = kp_twin_is_function(twin) ? "function" : "data";

		if (twin->changed)
			g_ptr_array_add(lines, g_strdup_printf("changed %s %s: %s", kind,
							       twin->patched->name, twin->why));
		else if (twin->original == NULL)
			g_ptr_array_add(lines, g_strdup_printf("new %s %s", kind, twin->patched->name));
		else if (twin->patched == NULL)
			g_ptr_array_add(lines, g_strdup_printf("gone %s %s", kind, twin->original->name));
		else if (!g_str_equal(twin->original->name, twin->patched->name))
			g_ptr_array_add(lines, g_strdup_printf("twin %s %s is %s", kind,
							       twin->original->name, twin->patched->name));
	}
}

static void add_findings(GPtrArray *lines, const GPtrArray *findings)
{
	for (guint i = 0; i < findings->len; i++) {
		const KpFinding *finding = g_ptr_array_index(findings, i);

		g_assert_true(finding->weight != KP_FINDING_REFUSED || finding->advice != NULL);
		g_ptr_array_add(lines, g_strdup_printf("%s %s: %s", weights[finding->weight],
						       finding->rule, finding->text));
	}
}

/* What the patch does not bring itself. */
static void add_links(GPtrArray *lines, const KpEmitted *emitted)
{
	for (guint i = 0; i < emitted->sites->len; i++) {
		const KpEmittedSite *site = g_ptr_array_index(emitted->sites, i);

		if (!g_str_equal(site->name, "__fentry__"))
			g_ptr_array_add(lines, g_strdup_printf("links %s", site->name));
	}
}

/* As if the kernel exported all: the names stay. */
static gboolean all_exported(gpointer data, const KpObjectSymbol *symbol,
			     const KpObjectSymbol *original, KpReference *reference, GError **error)
{
	reference->kind = KP_REFERENCE_EXPORTED;
	reference->object = g_strdup("vmlinux");
	reference->name = g_strdup(original != NULL ? original->name : symbol->name);
	return TRUE;
}

static int report(const char *original, const char *patched, const char *text)
{
	g_autoptr(KpObject) a = open_object(original), b = open_object(patched);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) layouts = kp_findings_new();
	g_autoptr(KpComparison) comparison = kp_compare(a, b);
	const KpJudgeRequest request = { comparison, NULL, NULL };
	g_autoptr(KpJudgement) judgement = kp_judge(&request);
	const KpEmitRequest emit = { comparison, "vmlinux", FALSE, judgement->functions, all_exported,
				     NULL };
	g_autoptr(KpEmitted) emitted = kp_emit(&emit);

	g_assert_true(kp_layout_compare(original, patched, NULL, layouts, NULL));
	add_twins(lines, comparison);
	add_findings(lines, judgement->findings);
	add_findings(lines, emitted->findings);
	add_findings(lines, layouts);
	for (guint i = 0; i < emitted->records->len; i++)
		g_ptr_array_add(lines, g_strdup_printf("replaces %s",
						       (char *)g_ptr_array_index(emitted->records, i)));
	add_links(lines, emitted);
	g_ptr_array_sort(lines, compare_texts);
	for (guint i = 0; i < lines->len; i++)
		if (i == 0 || !g_str_equal(lines->pdata[i], lines->pdata[i - 1]))
			printf("%s\n", (char *)g_ptr_array_index(lines, i));
	if (text != NULL)
		g_assert_true(g_file_set_contents(text, emitted->text, -1, NULL));
	return 0;
}

static int tell(const char *name, const char *why)
{
	printf("%s is not what was compiled: %s\n", name, why != NULL ? why : "it is not there");
	return 1;
}

/* Every function of @made is what @patched has, and so are the entries about it. */
static int holds(const char *patched, const char *made)
{
	g_autoptr(KpObject) ours = open_object(made), theirs = open_object(patched);
	const KpOracle oracle = { NULL, ours };
	g_autoptr(KpProof) proof = kp_prove(theirs, &oracle);
	g_autoptr(KpComparison) comparison = kp_compare(theirs, ours);
	int rc = 0;

	for (guint i = 0; i < proof->functions->len; i++) {
		const KpProofOf *of = g_ptr_array_index(proof->functions, i);

		if (of->state != KP_PROOF_SAME && of->state != KP_PROOF_ABSENT &&
		    of->state != KP_PROOF_OVERRIDDEN)
			rc = tell(of->symbol->name, of->why);
	}
	for (guint i = 0; i < comparison->twins->len; i++) {
		const KpTwin *twin = g_ptr_array_index(comparison->twins, i);

		if (twin->original == NULL ||
		    (twin->patched != NULL && twin->why != NULL &&
		     g_str_has_prefix(twin->why, "its entries")))
			rc = tell(twin->patched->name, twin->why);
	}
	return rc;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--holds") == 0)
		return holds(argv[2], argv[3]);
	return argc < 3 ? 2 : report(argv[1], argv[2], argc > 3 ? argv[3] : NULL);
}
