/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The advisories of all repositories, from what was kept or from the files. */
#include <solv/evr.h>
#include <solv/pool.h>

#include "package/advisories.h"
#include "package/advisory-cache.h"
#include "package/updateinfo.h"

static GPtrArray *read_repo(const char *root, const KpRepoData *data, const char *const *globs,
			    GPtrArray *warnings)
{
	g_autoptr(GError) error = NULL;
	GPtrArray *list = kp_advisory_cache_read(root, data, globs);

	if (list != NULL)
		return list;
	list = kp_updateinfo_read(data->updateinfo, data->repo->id, globs, &error);
	if (list != NULL)
		kp_advisory_cache_write(root, data, globs, list);
	else
		g_ptr_array_add(warnings, g_strdup_printf(
			"repository %s: its advisories cannot be read: %s; "
			"'kpatch-manager cve --refresh' gets them again, and if that does not "
			"help, tell whoever makes the repository", data->repo->id, error->message));
	return list;
}

GPtrArray *kp_advisories_read(const char *root, const GPtrArray *repos,
			      const char *const *globs, GPtrArray *warnings)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)kp_advisory_free);

	for (guint i = 0; i < repos->len; i++) {
		const KpRepoData *data = g_ptr_array_index(repos, i);
		GPtrArray *list = data->updateinfo == NULL ? NULL :
			read_repo(root, data, globs, warnings);

		if (list != NULL)
			g_ptr_array_extend_and_steal(all, list);
	}
	return all;
}

/* The pool tells which distribution's rules are meant, no more. */
int kp_evr_compare(const char *a, const char *b)
{
	static Pool *pool;

	if (pool == NULL) {
		pool = pool_create();
		pool_setdisttype(pool, DISTTYPE_RPM);
	}
	return pool_evrcmp_str(pool, a, b, EVRCMP_COMPARE);
}
