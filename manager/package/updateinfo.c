/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/updateinfo.h"

#include <errno.h>
#include <solv/dataiterator.h>
#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/repo_updateinfoxml.h>
#include <solv/solv_xfopen.h>
#include <stdio.h>
#include <string.h>

#include "base/cve.h"
#include "base/error.h"
#include "base/names.h"
#include "package/updates.h"

static gboolean parse(Repo *repo, const char *path, const char *const *globs, GError **error)
{
	FILE *packed = solv_xfopen(path, "r"), *stream;
	g_autofree char *problem = NULL;

	if (packed == NULL) {
		problem = g_strdup(g_strerror(errno));
	} else {
		stream = kp_updates_filter(packed, globs, &problem);
		if (repo_add_updateinfoxml(repo, stream, 0) != 0 && problem == NULL)
			problem = g_strdup(pool_errstr(repo->pool));
		fclose(stream);
	}
	if (problem != NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s", path, problem);
	return problem == NULL;
}

static const char *position_text(Pool *pool, Id key)
{
	const char *text = pool_lookup_str(pool, SOLVID_POS, key);

	return text != NULL ? text : "";
}

static gboolean has_package(const KpAdvisory *advisory, const KpNevra *wanted)
{
	for (guint i = 0; i < advisory->packages->len; i++) {
		const KpNevra *nevra = g_ptr_array_index(advisory->packages, i);

		if (g_str_equal(nevra->name, wanted->name) && g_str_equal(nevra->evr, wanted->evr) &&
		    g_str_equal(nevra->arch, wanted->arch))
			return TRUE;
	}
	return FALSE;
}

static void add_packages(KpAdvisory *advisory, Repo *repo, Id id, const char *const *globs)
{
	Pool *pool = repo->pool;
	Dataiterator di;

	dataiterator_init(&di, pool, repo, id, UPDATE_COLLECTION, NULL, 0);
	while (dataiterator_step(&di)) {
		g_autoptr(KpNevra) nevra = NULL;
		const char *name;

		dataiterator_setpos(&di);
		name = position_text(pool, UPDATE_COLLECTION_NAME);
		if (!kp_name_matches(name, globs))
			continue;
		nevra = kp_nevra_new(name, position_text(pool, UPDATE_COLLECTION_EVR),
				     position_text(pool, UPDATE_COLLECTION_ARCH));
		if (!has_package(advisory, nevra))
			g_ptr_array_add(advisory->packages, g_steal_pointer(&nevra));
	}
	dataiterator_free(&di);
}

static void add_cves(KpAdvisory *advisory, Repo *repo, Id id)
{
	g_autoptr(GHashTable) set = kp_cve_set_new();
	Dataiterator di;

	dataiterator_init(&di, repo->pool, repo, id, UPDATE_REFERENCE, NULL, 0);
	while (dataiterator_step(&di)) {
		dataiterator_setpos(&di);
		if (g_str_equal(position_text(repo->pool, UPDATE_REFERENCE_TYPE), "cve"))
			kp_cve_scan(position_text(repo->pool, UPDATE_REFERENCE_ID), set);
	}
	dataiterator_free(&di);
	advisory->cves = kp_cve_set_list(set);
}

static char *text_of(Solvable *solvable, Id key)
{
	const char *text = solvable_lookup_str(solvable, key);

	return text != NULL && *text != '\0' ? g_utf8_make_valid(text, -1) : NULL;
}

/* libsolv calls the solvable of an <update> patch:ID. */
static char *id_of(Repo *repo, Solvable *solvable)
{
	const char *name = pool_id2str(repo->pool, solvable->name);

	if (g_str_has_prefix(name, "patch:"))
		name += strlen("patch:");
	return g_utf8_make_valid(name, -1);
}

static KpAdvisory *make_advisory(Repo *repo, Id id, const char *name, const char *const *globs)
{
	g_autoptr(KpAdvisory) advisory = kp_advisory_new();
	Solvable *solvable = pool_id2solvable(repo->pool, id);
	const char *status = solvable_lookup_str(solvable, UPDATE_STATUS);

	/* what was taken back fixes nothing */
	if (g_strcmp0(status, "retracted") == 0)
		return NULL;
	add_packages(advisory, repo, id, globs);
	if (advisory->packages->len == 0)
		return NULL;
	add_cves(advisory, repo, id);
	advisory->id = id_of(repo, solvable);
	advisory->title = text_of(solvable, SOLVABLE_SUMMARY);
	advisory->severity = text_of(solvable, UPDATE_SEVERITY);
	advisory->issued = (gint64)solvable_lookup_num(solvable, SOLVABLE_BUILDTIME, 0);
	advisory->repo = g_strdup(name);
	return g_steal_pointer(&advisory);
}

GPtrArray *kp_updateinfo_read(const char *path, const char *name, const char *const *globs,
			      GError **error)
{
	Pool *pool = pool_create();
	Repo *repo = repo_create(pool, name);
	GPtrArray *list = NULL;
	Solvable *solvable;
	Id id;

	pool_setdisttype(pool, DISTTYPE_RPM);
	if (parse(repo, path, globs, error)) {
		list = g_ptr_array_new_with_free_func((GDestroyNotify)kp_advisory_free);
		repo_internalize(repo);
		FOR_REPO_SOLVABLES(repo, id, solvable) {
			KpAdvisory *advisory = make_advisory(repo, id, name, globs);

			if (advisory != NULL)
				g_ptr_array_add(list, advisory);
		}
	}
	pool_free(pool);
	return list;
}
