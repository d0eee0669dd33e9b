/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advisory.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>

#include "base/error.h"
#include "base/replace.h"

/* of `rpm -q` for one <package>; names of packages have none of XML's characters */
#define QUERY "<package name=\"%{name}\" epoch=\"%{epochnum}\" version=\"%{version}\" " \
	      "release=\"%{release}\" arch=\"%{arch}\" src=\"%{sourcerpm}\">"

static gboolean run(const char *const *argv, char **output, GError **error)
{
	g_autofree char *said = NULL;
	int status;

	if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output, &said,
			  &status, error))
		return FALSE;
	if (status == 0)
		return TRUE;
	g_strchomp(said);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s failed: %s", argv[0], said);
	return FALSE;
}

/* Its line of @xml, as the package says it itself. */
static gboolean add_package(GString *xml, const char *output, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(output, "repo", name, NULL);
	g_autofree char *entry = NULL, *file = g_markup_escape_text(name, -1);
	const char *argv[] = { "rpm", "-qp", "--nosignature", "--qf", QUERY, path, NULL };

	if (!run(argv, &entry, error))
		return FALSE;
	g_string_append_printf(xml, "   %s<filename>%s</filename></package>\n", entry, file);
	return TRUE;
}

static void add_cves(GString *xml, GHashTable *known, char **cves)
{
	for (char **cve = cves; *cve != NULL; cve++) {
		g_autofree char *id = g_markup_escape_text(*cve, -1);

		if (g_hash_table_add(known, *cve))
			g_string_append_printf(xml, "   <reference type=\"cve\" id=\"%s\" title=\"%s\" "
					       "href=\"https://www.cve.org/CVERecord?id=%s\"/>\n", id, id, id);
	}
}

static void add_references(GString *xml, const GPtrArray *results)
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	g_string_append(xml, "  <references>\n");
	for (guint i = 0; i < results->len; i++) {
		const KpReleaseResult *result = g_ptr_array_index(results, i);

		if (result->package != NULL)
			add_cves(xml, known, result->kernel->cves);
	}
	g_string_append(xml, "  </references>\n");
}

/* The date is the day of the first run, so that a run that makes nothing new changes
 * nothing. */
static char *issued(const char *path)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *before = NULL;
	const char *date = NULL;

	if (g_file_get_contents(path, &before, NULL, NULL))
		date = strstr(before, "<issued date=\"");
	return date != NULL ? g_strndup(date + strlen("<issued date=\""), strlen("2026-12-01 00:00:00")) :
	       g_date_time_format(now, "%Y-%m-%d %H:%M:%S");
}

/* An advisory covers kernels that have a package: the others' holes are not fixed. */
static gboolean write_advisory(const KpManifest *manifest, const GPtrArray *results, const char *output,
			       const char *path, GError **error)
{
	g_autofree char *date = issued(path);
	g_autofree char *head = g_markup_printf_escaped(
		" <update from=\"kpatch-release\" status=\"final\" type=\"security\" version=\"1\">\n"
		"  <id>%s</id>\n  <title>%s</title>\n  <severity>%s</severity>\n"
		"  <issued date=\"%s\"/>\n", manifest->id, manifest->title, manifest->severity, date);
	g_autoptr(GString) xml = g_string_new(head);

	add_references(xml, results);
	g_string_append(xml, "  <pkglist><collection short=\"kpatch\">\n   <name>kpatch</name>\n");
	for (guint i = 0; i < results->len; i++) {
		const KpReleaseResult *result = g_ptr_array_index(results, i);

		if (result->package != NULL && !add_package(xml, output, result->package, error))
			return FALSE;
	}
	g_string_append(xml, "  </collection></pkglist>\n </update>\n");
	return kp_replace_file(path, xml->str, (gssize)xml->len, FALSE, error);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All advisories in @folder, one behind the other, as @path. */
static gboolean join(const char *folder, const char *path, GError **error)
{
	g_autoptr(GString) xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n");
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	const char *name;

	if (dir == NULL)
		return FALSE;
	while ((name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".xml") && *name != '.')
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *file = g_build_filename(folder, g_ptr_array_index(names, i), NULL);
		g_autofree char *text = NULL;

		if (!g_file_get_contents(file, &text, NULL, error))
			return FALSE;
		g_string_append(xml, text);
	}
	g_string_append(xml, "</updates>\n");
	return kp_replace_file(path, xml->str, (gssize)xml->len, FALSE, error);
}

static gboolean make_metadata(const KpManifest *manifest, const char *output, const char *updates,
			      GError **error)
{
	g_autofree char *repo = g_build_filename(output, "repo", NULL);
	g_autofree char *metadata = g_build_filename(repo, "repodata", NULL);
	g_autofree char *index = g_build_filename(metadata, "repomd.xml", NULL);
	g_autofree char *signature = g_strconcat(index, ".asc", NULL);
	const char *create[] = { "createrepo_c", "--quiet", "--update", repo, NULL };
	const char *modify[] = { "modifyrepo_c", "--mdtype=updateinfo", updates, metadata, NULL };
	const char *sign[] = { "gpg", "--batch", "--yes", "--quiet", "--armor", "--detach-sign",
			       "--local-user", manifest->sign, "--output", signature, index, NULL };

	return run(create, NULL, error) && run(modify, NULL, error) &&
	       (manifest->sign == NULL || run(sign, NULL, error));
}

static gboolean any_package(const GPtrArray *results)
{
	for (guint i = 0; i < results->len; i++)
		if (((KpReleaseResult *)g_ptr_array_index(results, i))->package != NULL)
			return TRUE;
	return FALSE;
}

gboolean kp_release_publish(const KpManifest *manifest, const GPtrArray *results, const char *output,
			    GError **error)
{
	g_autofree char *folder = g_build_filename(output, "advisories", NULL);
	g_autofree char *name = g_strconcat(manifest->id, ".xml", NULL);
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *updates = g_build_filename(output, "built", "updateinfo.xml", NULL);

	if (!any_package(results))
		return TRUE;
	if (g_mkdir_with_parents(folder, 0755) != 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the folder %s cannot be made: %s", folder,
			    g_strerror(errno));
		return FALSE;
	}
	return write_advisory(manifest, results, output, path, error) && join(folder, updates, error) &&
	       make_metadata(manifest, output, updates, error);
}
