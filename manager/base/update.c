/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/update.h"

const char *kp_update_step_word(KpUpdateStepKind kind)
{
	static const char *const words[] = {
		[KP_STEP_INSTALL] = "install", [KP_STEP_UPGRADE] = "upgrade",
		[KP_STEP_DOWNGRADE] = "downgrade", [KP_STEP_REINSTALL] = "reinstall",
		[KP_STEP_ERASE] = "erase",
	};

	return words[kind];
}

char *kp_package_nevra(const KpPackage *package)
{
	return g_strdup_printf("%s-%s.%s", package->name, package->evr, package->arch);
}

KpPassed *kp_passed_new(const KpPackage *package, const char *reason)
{
	KpPassed *passed = g_new0(KpPassed, 1);

	passed->repo = g_strdup(package->repo->id);
	passed->nevra = kp_package_nevra(package);
	passed->reason = g_strdup(reason);
	return passed;
}

void kp_passed_free(KpPassed *passed)
{
	if (passed == NULL)
		return;
	g_free(passed->repo);
	g_free(passed->nevra);
	g_free(passed->reason);
	g_free(passed);
}

void kp_package_free(KpPackage *package)
{
	if (package == NULL)
		return;
	g_free(package->name);
	g_free(package->evr);
	g_free(package->arch);
	g_free(package->location);
	g_free(package->base);
	g_free(package->checksum_type);
	g_free(package->checksum);
	g_free(package);
}

void kp_barred_free(KpBarred *barred)
{
	if (barred == NULL)
		return;
	g_free(barred->kver);
	g_free(barred->version);
	g_free(barred->word);
	g_free(barred->reason);
	g_free(barred);
}

void kp_update_step_free(KpUpdateStep *step)
{
	if (step == NULL)
		return;
	kp_package_free(step->package);
	g_free(step->replaces);
	g_clear_pointer(&step->displaces, g_ptr_array_unref);
	g_free(step);
}

void kp_update_kernel_free(KpUpdateKernel *kernel)
{
	if (kernel == NULL)
		return;
	g_free(kernel->kver);
	g_free(kernel->package);
	g_free(kernel->installed);
	kp_package_free(kernel->best);
	g_strfreev(kernel->cves);
	g_strfreev(kernel->logged);
	g_free(kernel->until);
	g_ptr_array_unref(kernel->passed);
	g_free(kernel);
}

KpUpdatePlan *kp_update_plan_new(void)
{
	KpUpdatePlan *plan = g_new0(KpUpdatePlan, 1);

	plan->kernels = g_ptr_array_new_with_free_func((GDestroyNotify)kp_update_kernel_free);
	plan->steps = g_ptr_array_new_with_free_func((GDestroyNotify)kp_update_step_free);
	plan->problems = g_ptr_array_new_with_free_func(g_free);
	plan->warnings = g_ptr_array_new_with_free_func(g_free);
	plan->sources = g_ptr_array_new();
	return plan;
}

void kp_update_plan_free(KpUpdatePlan *plan)
{
	if (plan == NULL)
		return;
	g_ptr_array_unref(plan->kernels);
	g_ptr_array_unref(plan->steps);
	g_ptr_array_unref(plan->problems);
	g_ptr_array_unref(plan->warnings);
	g_ptr_array_unref(plan->sources);
	g_free(plan);
}
