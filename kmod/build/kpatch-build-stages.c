/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage after stage, each on all objects: what is wrong is told of all of them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "command.h"
#include "kpatch-build.h"
#include "layout.h"

/* What the kernel's configuration must have, or must not. */
static gboolean check_config(const KpBuild *build, GError **error)
{
	static const struct {
		const char *line;
		gboolean wanted;
		const char *why;
	} rules[] = {
		{ "\nCONFIG_X86_64=y\n", TRUE, "it is for another machine than x86-64" },
		{ "\nCONFIG_LTO_CLANG=y\n", FALSE,
		  "it is optimised as a whole (LTO), so that no file of it can be compiled alone" },
		{ "\nCONFIG_LIVEPATCH=y\n", TRUE,
		  "it has no CONFIG_LIVEPATCH, whose relocations are needed: write the patch with the kit's macros, see kpatch-author(7)" },
	};
	g_autofree char *text = NULL;

	if (!g_file_get_contents(build->options->config, &text, NULL, error))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		if ((strstr(text, rules[i].line) != NULL) == rules[i].wanted)
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "kernel %s (%s): %s",
			    build->options->kernel, build->options->config, rules[i].why);
		return FALSE;
	}
	return TRUE;
}

static gboolean is_last(KpBuild *build, KpStage stage)
{
	build->stage = stage;
	return build->options->last == stage;
}

static KpWork *work_at(const KpBuild *build, guint index)
{
	return g_ptr_array_index(build->works, index);
}

static void add_work(KpBuild *build, const char *source, const char *object, gboolean header)
{
	KpWork *work = g_new0(KpWork, 1);

	work->source = g_strdup(source);
	work->object = g_strdup(object);
	work->header = header;
	g_ptr_array_add(build->works, work);
}

static void add_finding(KpBuild *build, KpFinding *finding, const char *unit)
{
	finding->unit = g_strdup(unit);
	g_ptr_array_add(build->findings, finding);
}

static gboolean run_series(KpBuild *build, GError **error)
{
	g_autofree char *folder = kp_below(build->options->cache, "trees");
	const KpSeriesRequest request = {
		.tree = build->options->tree,
		.diffs = (const char *const *)build->options->diffs,
		.folder = folder,
		.fuzz = (guint)build->options->fuzz,
	};

	build->series = kp_series_apply(&request, error);
	if (build->series == NULL)
		return FALSE;
	for (guint i = 0; i < build->series->units->len; i++) {
		const KpUnit *unit = g_ptr_array_index(build->series->units, i);

		add_work(build, unit->source, unit->object, unit->header);
	}
	for (guint i = 0; i < build->series->notes->len; i++)
		add_finding(build, kp_finding_new(KP_FINDING_NOTE, "series", NULL,
						  g_strdup(build->series->notes->pdata[i]), NULL), NULL);
	return TRUE;
}

/* A few files of different parts of the kernel, for a proof of the whole. */
static void add_samples(KpBuild *build)
{
	static const char *const samples[] = { "fs/namei.c", "kernel/fork.c", "mm/memory.c",
					       "net/core/skbuff.c", "lib/vsprintf.c" };

	for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
		g_autofree char *object = g_strdup(samples[i]);

		object[strlen(object) - 1] = 'o';
		add_work(build, samples[i], object, FALSE);
	}
}

static gboolean add_sources(KpBuild *build, GError **error)
{
	for (char **source = build->options->sources; *source != NULL; source++) {
		g_autofree char *path = kp_below(build->options->tree, *source);
		g_autofree char *object = g_strdup(*source);

		if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
			g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s is not in %s", *source,
				    build->options->tree);
			return FALSE;
		}
		object[strlen(object) - 1] = 'o';
		add_work(build, *source, object, FALSE);
	}
	if (build->works->len == 0 && build->options->prove)
		add_samples(build);
	return TRUE;
}

/* By content: what was compared must not be compared as refused by each object anew. */
static gboolean open_objects(KpBuild *build, KpWork *work, GError **error)
{
	work->original = kp_object_open(work->original_path, error);
	if (work->original == NULL)
		return FALSE;
	if (work->patched_path == NULL)
		return TRUE;
	work->patched = kp_object_open(work->patched_path, error);
	return work->patched != NULL;
}

static gboolean compare_all(KpBuild *build, GError **error)
{
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < build->works->len; i++) {
		KpWork *work = work_at(build, i);
		g_autoptr(GPtrArray) layouts = g_ptr_array_new();

		kp_build_progress(build, "comparing", i + 1, build->works->len);
		work->comparison = kp_compare(work->original, work->patched);
		if (!kp_layout_compare(work->original_path, work->patched_path,
				       (const char *const *)build->options->allow_layout, layouts, error))
			return FALSE;
		for (guint n = 0; n < layouts->len; n++) {
			KpFinding *finding = g_ptr_array_index(layouts, n);

			/* one header changes the same in all objects */
			if (g_hash_table_add(told, g_strdup(finding->symbol)))
				add_finding(build, finding, work->source);
			else
				kp_finding_free(finding);
		}
	}
	return TRUE;
}

static void take_findings(KpBuild *build, GPtrArray *from, const char *unit)
{
	for (guint i = 0; i < from->len; i++) {
		const KpFinding *finding = g_ptr_array_index(from, i);

		add_finding(build, kp_finding_new(finding->weight, finding->rule, finding->symbol,
						  g_strdup(finding->text), g_strdup(finding->advice)), unit);
	}
}

static void judge_all(KpBuild *build)
{
	for (guint i = 0; i < build->works->len; i++) {
		KpWork *work = work_at(build, i);
		const KpJudgeRequest request = { work->comparison, work->proof,
						 work->module != NULL ? work->module->path :
						 build->options->image };

		work->judgement = kp_judge(&request);
		take_findings(build, work->judgement->findings, work->source);
	}
}

static void emit_all(KpBuild *build)
{
	for (guint i = 0; i < build->works->len; i++) {
		KpWork *work = work_at(build, i);
		KpResolver resolver = { build->exports, build->kernel, work->module,
					work->module_name != NULL ? work->module_name : "vmlinux",
					work->original, work->proof };
		const KpEmitRequest request = {
			.comparison = work->comparison,
			.object = resolver.object,
			.kpatch = g_str_equal(build->options->backend, "kpatch"),
			.functions = work->judgement->functions,
			.resolve = kp_resolve,
			.data = &resolver,
		};

		if (g_hash_table_size(work->judgement->functions) == 0)
			continue;
		work->emitted = kp_emit(&request);
		take_findings(build, work->emitted->findings, work->source);
	}
}

guint kp_build_functions(const KpBuild *build)
{
	guint count = 0;

	for (guint i = 0; i < build->works->len; i++) {
		const KpWork *work = work_at(build, i);

		if (work->judgement != NULL)
			count += g_hash_table_size(work->judgement->functions);
	}
	return count;
}

static gboolean may_go_on(KpBuild *build, GError **error)
{
	guint refused = kp_findings_count(build->findings, KP_FINDING_REFUSED);

	if (refused > 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "no patch is made: %u %s against it", refused,
			    refused == 1 ? "reason speaks" : "reasons speak");
		return FALSE;
	}
	if (kp_build_functions(build) == 0 &&
	    kp_findings_count(build->findings, KP_FINDING_LEFT_OUT) > 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "no patch is made: all that the diffs change runs at boot alone: boot a kernel that has them");
		return FALSE;
	}
	return TRUE;
}

/* FALSE without an error: nothing that runs is changed. */
static gboolean judge_and_emit(KpBuild *build, GError **error)
{
	judge_all(build);
	if (is_last(build, KP_STAGE_JUDGE))
		return may_go_on(build, error);
	if (kp_findings_count(build->findings, KP_FINDING_REFUSED) == 0)
		emit_all(build);
	build->stage = KP_STAGE_EMIT;
	return may_go_on(build, error);
}

gboolean kp_build_run(KpBuild *build, GError **error)
{
	if (build->options->diffs[0] != NULL && !run_series(build, error))
		return FALSE;
	if (is_last(build, KP_STAGE_SERIES))
		return TRUE;
	if (!add_sources(build, error))
		return FALSE;
	if (build->works->len == 0)
		return TRUE;
	if (!check_config(build, error) || !kp_build_start(build, error) || !kp_build_objects(build, error))
		return FALSE;
	if (is_last(build, KP_STAGE_OBJECTS))
		return TRUE;
	for (guint i = 0; i < build->works->len; i++)
		if (!open_objects(build, work_at(build, i), error))
			return FALSE;
	if (!kp_build_proofs(build, error))
		return FALSE;
	if (is_last(build, KP_STAGE_PROVE))
		return TRUE;
	if (!compare_all(build, error))
		return FALSE;
	if (is_last(build, KP_STAGE_COMPARE))
		return TRUE;
	if (!judge_and_emit(build, error))
		return FALSE;
	if (build->options->last <= KP_STAGE_EMIT || kp_build_functions(build) == 0)
		return TRUE;
	return kp_build_module(build, error);
}
