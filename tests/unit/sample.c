/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sample.h"

KpCandidates *sample_candidates(void)
{
	KpCandidates *candidates = g_new0(KpCandidates, 1);

	candidates->patches = g_ptr_array_new_with_free_func((GDestroyNotify)kp_patch_free);
	candidates->problems = g_ptr_array_new_with_free_func(g_free);
	return candidates;
}

KpPatch *sample_patch(KpCandidates *candidates, KpOrigin origin, const char *version)
{
	KpPatch *patch = g_new0(KpPatch, 1);

	patch->fd = -1;
	patch->origin = origin;
	patch->path = g_strdup_printf("/patches/%d/kpatch-%s.ko", (int)origin, version);
	patch->name = g_strdelimit(g_strdup_printf("kpatch_%s", version), "-", '_');
	patch->kver = g_strdup(SAMPLE_KVER);
	patch->version = g_strdup(version);
	patch->sha256 = g_strdup_printf("sum-of-%s", version);
	patch->cves = g_new0(char *, 1);
	patch->backend = KP_BACKEND_KPATCH;
	g_ptr_array_add(candidates->patches, patch);
	return patch;
}

GPtrArray *sample_holds(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)kp_hold_free);
}

void sample_hold(GPtrArray *holds, const KpPatch *patch)
{
	KpHold *hold = g_new0(KpHold, 1);

	hold->kver = g_strdup(patch->kver);
	hold->name = g_strdup(patch->name);
	hold->version = g_strdup(patch->version);
	hold->sha256 = g_strdup(patch->sha256);
	hold->reason = g_strdup("it was rolled back");
	g_ptr_array_add(holds, hold);
}

static void live_free(gpointer data)
{
	KpLivePatch *live = data;

	g_free(live->name);
	g_free(live->version);
	g_free(live);
}

GPtrArray *sample_lives(void)
{
	return g_ptr_array_new_with_free_func(live_free);
}

KpLivePatch *sample_live(GPtrArray *live, const char *name, const char *version,
			 gboolean enabled)
{
	KpLivePatch *entry = g_new0(KpLivePatch, 1);

	entry->name = g_strdup(name);
	entry->version = g_strdup(version);
	entry->backend = KP_BACKEND_KPATCH;
	entry->enabled = enabled;
	g_ptr_array_add(live, entry);
	return entry;
}

KpHost *sample_host(void)
{
	KpHost *host = g_new0(KpHost, 1);

	host->kver = g_strdup(SAMPLE_KVER);
	host->boot_id = g_strdup("boot-1");
	host->is_machine = TRUE;
	host->has_core = TRUE;
	host->has_livepatch = TRUE;
	return host;
}
