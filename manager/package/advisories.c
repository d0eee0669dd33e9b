/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The advisories of all repositories, from what was kept or from the files. */
#include "base/cve.h"
#include "base/version.h"
#include "package/advisories.h"
#include "package/kept.h"
#include "package/updateinfo.h"

/* A list of id, title, severity, issued, CVEs and packages. */
static const KpKeptKind kept = { "advisories", "a(sssxasa(sss))" };

static char *text_or_null(const char *text)
{
	return *text != '\0' ? g_strdup(text) : NULL;
}

static KpAdvisory *unpack(GVariant *item, const char *repo)
{
	KpAdvisory *advisory = kp_advisory_new();
	const char *id, *title, *severity, *name, *evr, *arch;
	g_autoptr(GVariantIter) packages = NULL;

	g_variant_get(item, "(&s&s&sx^asa(sss))", &id, &title, &severity, &advisory->issued,
		      &advisory->cves, &packages);
	advisory->id = g_strdup(id);
	advisory->title = text_or_null(title);
	advisory->severity = text_or_null(severity);
	advisory->repo = g_strdup(repo);
	while (g_variant_iter_next(packages, "(&s&s&s)", &name, &evr, &arch))
		g_ptr_array_add(advisory->packages, kp_nevra_new(name, evr, arch));
	return advisory;
}

static GVariant *pack(const KpAdvisory *advisory)
{
	GVariantBuilder packages;

	g_variant_builder_init(&packages, G_VARIANT_TYPE("a(sss)"));
	for (guint i = 0; i < advisory->packages->len; i++) {
		const KpNevra *nevra = g_ptr_array_index(advisory->packages, i);

		g_variant_builder_add(&packages, "(sss)", nevra->name, nevra->evr, nevra->arch);
	}
	return g_variant_new("(sssx^asa(sss))", advisory->id,
			     advisory->title != NULL ? advisory->title : "",
			     advisory->severity != NULL ? advisory->severity : "",
			     advisory->issued, advisory->cves, &packages);
}

static GPtrArray *read_kept(const char *root, const KpRepoData *data, const char *question)
{
	g_autoptr(GVariant) all = kp_kept_read(root, &kept, data, question);
	GPtrArray *list;

	if (all == NULL)
		return NULL;
	list = g_ptr_array_new_with_free_func((GDestroyNotify)kp_advisory_free);
	for (gsize i = 0; i < g_variant_n_children(all); i++) {
		g_autoptr(GVariant) item = g_variant_get_child_value(all, i);

		g_ptr_array_add(list, unpack(item, data->repo->id));
	}
	return list;
}

static void keep(const char *root, const KpRepoData *data, const char *question,
		 const GPtrArray *list)
{
	GVariantBuilder items;

	g_variant_builder_init(&items, G_VARIANT_TYPE(kept.type));
	for (guint i = 0; i < list->len; i++)
		g_variant_builder_add_value(&items, pack(g_ptr_array_index(list, i)));
	kp_kept_write(root, &kept, data, question, g_variant_builder_end(&items));
}

/* @whose says who asks: cve asks about kernels, too. */
static GPtrArray *read_repo(const char *root, const KpRepoData *data, const char *whose,
			    const char *const *globs, GPtrArray *warnings)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *names = g_strjoinv(" ", (char **)globs);
	g_autofree char *question = g_strconcat(whose, "\n", names, NULL);
	GPtrArray *list = read_kept(root, data, question);

	if (list != NULL)
		return list;
	list = kp_updateinfo_read(data->updateinfo, data->repo->id, globs, &error);
	if (list != NULL)
		keep(root, data, question, list);
	else
		g_ptr_array_add(warnings, g_strdup_printf(
			"repository %s: its advisories cannot be read: %s; "
			"'kpatch-manager cve --refresh' gets them again, and if that does not "
			"help, tell whoever makes the repository", data->repo->id, error->message));
	return list;
}

static GPtrArray *read_all(const char *root, const GPtrArray *repos, const char *whose,
			   const char *const *globs, GPtrArray *warnings)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)kp_advisory_free);

	for (guint i = 0; i < repos->len; i++) {
		const KpRepoData *data = g_ptr_array_index(repos, i);
		GPtrArray *list = data->updateinfo == NULL ? NULL :
			read_repo(root, data, whose, globs, warnings);

		if (list != NULL)
			g_ptr_array_extend_and_steal(all, list);
	}
	return all;
}

GPtrArray *kp_advisories_read(const char *root, const GPtrArray *repos,
			      const char *const *globs, GPtrArray *warnings)
{
	return read_all(root, repos, "cve", globs, warnings);
}

static gboolean is_added(const KpUpdateKernel *kernel, const KpNevra *nevra)
{
	return g_str_equal(nevra->name, kernel->best->name) &&
	       kp_nevra_fits(nevra, kernel->best->arch) &&
	       kp_version_compare(nevra->evr, kernel->best->evr) <= 0 &&
	       (kernel->installed == NULL || kp_version_compare(nevra->evr, kernel->installed) > 0);
}

static void add_cves(GHashTable *set, const KpUpdateKernel *kernel, const KpAdvisory *advisory)
{
	for (guint i = 0; i < advisory->packages->len; i++) {
		if (!is_added(kernel, g_ptr_array_index(advisory->packages, i)))
			continue;
		for (char **cve = advisory->cves; *cve != NULL; cve++)
			g_hash_table_add(set, g_strdup(*cve));
	}
}

/* What is the best for some kernel, by name: no other is asked about. Caller frees. */
static char **best_names(const KpUpdatePlan *plan)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (guint i = 0; i < plan->kernels->len; i++) {
		const KpUpdateKernel *kernel = g_ptr_array_index(plan->kernels, i);

		if (kernel->best != NULL && !g_ptr_array_find_with_equal_func(
				names, kernel->best->name, g_str_equal, NULL))
			g_ptr_array_add(names, kernel->best->name);
	}
	g_ptr_array_add(names, NULL);
	return g_strdupv((char **)names->pdata);
}

void kp_advisories_add(const KpUpdateRequest *request, KpUpdatePlan *plan)
{
	g_auto(GStrv) names = best_names(plan);
	g_autoptr(GPtrArray) all = NULL;

	if (request->repos == NULL || *names == NULL)
		return;
	all = read_all(request->root, request->repos, "check", (const char *const *)names,
		       plan->warnings);
	for (guint i = 0; i < plan->kernels->len; i++) {
		KpUpdateKernel *kernel = g_ptr_array_index(plan->kernels, i);
		g_autoptr(GHashTable) set = kp_cve_set_new();

		for (guint j = 0; kernel->best != NULL && j < all->len; j++)
			add_cves(set, kernel, g_ptr_array_index(all, j));
		g_strfreev(kernel->cves);
		kernel->cves = kp_cve_set_list(set);
	}
}
