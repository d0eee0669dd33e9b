/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/dnf-files.h"

#include <string.h>

#include "base/listing.h"
#include "base/root.h"
#include "package/small-file.h"
#include "package/zypp.h"

#define REPO ".repo"

void kp_dnf_file_free(KpDnfFile *file)
{
	if (file == NULL)
		return;
	g_free(file->path);
	g_ptr_array_unref(file->sections);
	g_free(file);
}

KpDnfFile *kp_dnf_file_read(const char *root, const KpDnfRules *rules, const char *path,
			    GError **error)
{
	gsize size;
	g_autofree char *text = kp_small_file_read(root, path, KP_INI_MAX, &size, error);
	GPtrArray *(*const parse)(const char *, gsize, GError **) = rules->zypp ? kp_zypp_parse : kp_ini_parse;
	GPtrArray *sections;
	KpDnfFile *file;

	sections = text != NULL ? parse(text, size, error) : NULL;
	if (text != NULL && sections == NULL)
		g_prefix_error(error, "%s: ", path);
	if (sections == NULL)
		return NULL;
	file = g_new0(KpDnfFile, 1);
	file->path = g_strdup(path);
	file->sections = sections;
	return file;
}

static GPtrArray *new_list(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

/* zypper's .repo_1 is a .repo, too: what it finds beside one of that name, it moves there. */
static gboolean has_suffix(const char *name, const char *suffix, gboolean numbers)
{
	const char *end = g_strrstr(name, suffix);
	gsize digits;

	if (end == NULL || end == name)
		return FALSE;
	end += strlen(suffix);
	digits = *end == '_' && numbers ? strspn(end + 1, "0123456789") : 0;
	return end[digits > 0 ? digits + 1 : 0] == '\0';
}

/* dnf5 takes links to files, too, and nothing else. */
static GPtrArray *list_folder(const char *folder, const char *suffix, gboolean numbers, GError **error)
{
	g_autoptr(GPtrArray) names = kp_list_folder(folder, error);
	g_autoptr(GPtrArray) paths = NULL;

	if (names == NULL)
		return NULL;
	paths = new_list();
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);

		if (has_suffix(name, suffix, numbers))
			g_ptr_array_add(paths, kp_root_entry(folder, name));
	}
	return g_steal_pointer(&paths);
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(name_of(*(char *const *)a), name_of(*(char *const *)b));
}

static gboolean same_name(gconstpointer path, gconstpointer other)
{
	return g_str_equal(name_of(path), name_of(other));
}

GPtrArray *kp_dnf_drop_ins(const char *root, const char *const *folders, const char *suffix,
			   GError **error)
{
	g_autoptr(GPtrArray) paths = new_list();

	for (; *folders != NULL; folders++) {
		g_autofree char *folder = kp_root_path(root, *folders);
		g_autoptr(GPtrArray) more = list_folder(folder, suffix, FALSE, error);

		if (more == NULL)
			return NULL;
		for (guint i = 0; i < more->len; i++) {
			const char *path = g_ptr_array_index(more, i);

			if (!g_ptr_array_find_with_equal_func(paths, path, same_name, NULL))
				g_ptr_array_add(paths, g_strdup(path));
		}
	}
	g_ptr_array_sort(paths, by_name);
	return g_steal_pointer(&paths);
}

/* Orders paths as dnf 4 does: folder by folder, and without the suffix, so that
 * a.repo comes before a-b.repo. */
static int by_path(gconstpointer a, gconstpointer b)
{
	g_autofree char *left = g_strdelimit(g_strdup(*(char *const *)a), "/", '\1');
	g_autofree char *right = g_strdelimit(g_strdup(*(char *const *)b), "/", '\1');

	left[strlen(left) - strlen(REPO)] = '\0';
	right[strlen(right) - strlen(REPO)] = '\0';
	return strcmp(left, right);
}

GPtrArray *kp_dnf_repo_files(const char *root, const KpDnfRules *rules,
			     const char *const *folders, GError **error)
{
	g_autoptr(GPtrArray) paths = new_list();

	for (; *folders != NULL; folders++) {
		g_autofree char *folder = kp_root_path(root, *folders);
		g_autoptr(GPtrArray) more = list_folder(folder, REPO, rules->zypp, error);

		if (more == NULL)
			return NULL;
		g_ptr_array_sort(more, by_name);
		for (guint i = 0; i < more->len; i++) {
			const char *path = g_ptr_array_index(more, i);

			if (rules->dot_files || *name_of(path) != '.')
				g_ptr_array_add(paths, g_strdup(path));
		}
	}
	if (rules->one_list)
		g_ptr_array_sort(paths, by_path);
	return g_steal_pointer(&paths);
}
