/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check found, for programs. A member once published keeps its name and
 * meaning. */
#include "cli/check.h"
#include "cli/json.h"

static void add_package(KpJson *json, const KpPackage *package)
{
	g_autofree char *nevra = kp_package_nevra(package);

	kp_json_text(json, "nevra", nevra);
	kp_json_text(json, "name", package->name);
	kp_json_text(json, "evr", package->evr);
	kp_json_text(json, "arch", package->arch);
	kp_json_text(json, "repository", package->repo != NULL ? package->repo->id : NULL);
	kp_json_number(json, "size", (gint64)package->size);
	kp_json_text(json, "checksum", package->checksum);
}

static void add_available(KpJson *json, const KpCheck *check, const KpUpdateKernel *kernel)
{
	const KpPackage *best = kernel->best;
	const KpUpdateStep *step = kp_check_step(check, kernel);

	if (best == NULL) {
		kp_json_text(json, "available", NULL);
		return;
	}
	kp_json_object(json, "available");
	add_package(json, best);
	kp_json_text(json, "replaces", step != NULL ? step->replaces : NULL);
	kp_json_text(json, "signer", best->checksum == NULL ? NULL :
		     g_hash_table_lookup(check->signers, best->checksum));
	kp_json_list(json, "cves");
	for (char **cve = kernel->cves; *cve != NULL; cve++)
		kp_json_text(json, NULL, *cve);
	kp_json_list_end(json);
	kp_json_object_end(json);
}

static void add_kernel(KpJson *json, const KpCheck *check, const KpUpdateKernel *kernel)
{
	KpCoverage coverage;

	kp_json_object(json, NULL);
	kp_json_text(json, "kernel", kernel->kver);
	kp_json_text(json, "package", kernel->package);
	kp_json_flag(json, "running", kernel->running);
	kp_json_text(json, "installed", kernel->installed);
	kp_json_flag(json, "covered", kernel->covered);
	kp_json_text(json, "state", kp_check_word(check, kernel));
	add_available(json, check, kernel);
	kp_json_texts(json, "passed", kernel->passed);
	coverage = kp_check_coverage(check, kernel);
	kp_coverage_json(json, &coverage);
	kp_json_object_end(json);
}

static void add_step(KpJson *json, const KpUpdateStep *step)
{
	kp_json_object(json, NULL);
	kp_json_text(json, "action", kp_update_step_word(step->kind));
	add_package(json, step->package);
	kp_json_text(json, "replaces", step->replaces);
	kp_json_texts(json, "displaces", step->displaces);
	kp_json_object_end(json);
}

static void add_repository(KpJson *json, const KpRepoData *data)
{
	kp_json_object(json, NULL);
	kp_json_text(json, "id", data->repo->id);
	kp_json_time(json, "fetched", data->fetched);
	kp_json_flag(json, "stale", data->stale);
	kp_json_time(json, "unchanged_since", data->made);
	kp_json_object_end(json);
}

char *kp_check_json(const KpCheck *check)
{
	g_autoptr(KpJson) json = kp_json_begin();
	const KpUpdatePlan *plan = check->plan;
	const GPtrArray *repos = check->repositories->data;

	kp_json_list(json, "kernels");
	for (guint i = 0; i < plan->kernels->len; i++)
		add_kernel(json, check, g_ptr_array_index(plan->kernels, i));
	kp_json_list_end(json);
	kp_json_list(json, "steps");
	for (guint i = 0; i < plan->steps->len; i++)
		add_step(json, g_ptr_array_index(plan->steps, i));
	kp_json_list_end(json);
	kp_json_list(json, "repositories");
	for (guint i = 0; i < repos->len; i++)
		add_repository(json, g_ptr_array_index(repos, i));
	kp_json_list_end(json);
	kp_json_texts(json, "problems", plan->problems);
	kp_json_texts(json, "warnings", check->warnings);
	return kp_json_end(json);
}
