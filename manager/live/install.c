/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/install.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/listing.h"
#include "base/names.h"
#include "base/root.h"

/* the core module may lie beside the patches */
#define CORE_NAME "kpatch"

static const char *const store_folders[] = { KP_STORE_FOLDER, KP_PACKAGE_FOLDER };

static void installed_free(gpointer data)
{
	KpInstalled *installed = data;

	g_free(installed->kver);
	g_free(installed->name);
	g_free(installed);
}

/* Readers of the list take a line apart at white space, and modules of the
 * kernel have names of letters, digits and these. */
static gboolean is_module_file(const char *leaf)
{
	gsize length = strlen(leaf);

	return g_str_has_suffix(leaf, ".ko") && *leaf != '.' && length > strlen(".ko") &&
	       strspn(leaf, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789_-.+~") == length;
}

/* The module files in @folder, in any spelling of @word (any when NULL): char *. NULL
 * with @error. */
static GPtrArray *find_leaves(const char *root, const char *folder, const char *word,
			      GError **error)
{
	g_autoptr(GPtrArray) leaves = kp_list_folder(folder, error);

	for (guint i = leaves != NULL ? leaves->len : 0; i-- > 0;) {
		const char *leaf = g_ptr_array_index(leaves, i);
		g_autofree char *link = kp_root_entry(folder, leaf);
		g_autofree char *path = kp_root_follow(root, link);

		if (!is_module_file(leaf) || (word != NULL && !kp_name_equal(leaf, word)) ||
		    kp_name_equal(leaf, CORE_NAME) || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
			g_ptr_array_remove_index(leaves, i);
	}
	return g_steal_pointer(&leaves);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean list_kernel(GPtrArray *list, const char *root, const char *kver, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	for (gsize row = 0; row < G_N_ELEMENTS(store_folders); row++) {
		g_autofree char *folder = kp_root_pathf(root, "%s/%s", store_folders[row], kver);
		g_autoptr(GPtrArray) leaves = find_leaves(root, folder, NULL, error);

		if (leaves == NULL)
			return FALSE;
		for (guint i = 0; i < leaves->len; i++)
			g_ptr_array_add(names, kp_name_canonical(g_ptr_array_index(leaves, i)));
	}
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		KpInstalled *installed;

		if (i > 0 && g_str_equal(name, g_ptr_array_index(names, i - 1)))
			continue;
		installed = g_new0(KpInstalled, 1);
		installed->kver = g_strdup(kver);
		installed->name = g_strdup(name);
		g_ptr_array_add(list, installed);
	}
	return TRUE;
}

GPtrArray *kp_installed_list(const char *root, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(installed_free);
	g_autoptr(GPtrArray) kernels = kp_store_kernels(root, error);

	if (kernels == NULL)
		return NULL;
	g_ptr_array_sort(kernels, compare_names);
	for (guint i = 0; i < kernels->len; i++)
		if (!list_kernel(list, root, g_ptr_array_index(kernels, i), error))
			return NULL;
	return g_steal_pointer(&list);
}

char *kp_installed_find(const char *root, const char *kver, const char *word, GError **error)
{
	for (gsize row = 0; row < G_N_ELEMENTS(store_folders); row++) {
		g_autofree char *folder = kp_root_pathf(root, "%s/%s", store_folders[row], kver);
		g_autoptr(GPtrArray) leaves = find_leaves(root, folder, word, error);

		if (leaves == NULL)
			return NULL;
		if (leaves->len > 0)
			return kp_root_entry(folder, g_ptr_array_index(leaves, 0));
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "can't find %s", word);
	return NULL;
}

/* TRUE when @path is a patch with the content of @patch. */
static gboolean is_same(const char *root, const char *path, const KpPatch *patch)
{
	g_autoptr(KpPatch) there = kp_patch_open(path, KP_ORIGIN_STORE, kp_store_owner(root), NULL);

	return there != NULL && g_str_equal(kp_patch_sha256(there), kp_patch_sha256(patch));
}

static gboolean set_errno(GError **error)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, g_strerror(errno));
	return FALSE;
}

/* Removes the spellings of @word in @folder but for @leaf (NULL: all). *@removed: how many
 * there were. */
static gboolean remove_spellings(const char *root, const char *folder, const char *word,
				 const char *leaf, int *removed, GError **error)
{
	g_autoptr(GPtrArray) leaves = find_leaves(root, folder, word, error);

	*removed = 0;
	for (guint i = 0; leaves != NULL && i < leaves->len; i++) {
		const char *other = g_ptr_array_index(leaves, i);
		g_autofree char *path = kp_root_entry(folder, other);

		if (g_strcmp0(other, leaf) == 0)
			continue;
		if (unlink(path) != 0 && errno != ENOENT)
			return set_errno(error);
		*removed += 1;
	}
	return leaves != NULL && (*removed == 0 || kp_sync_folder(folder) || set_errno(error));
}

gboolean kp_install(const char *root, const KpPatch *patch, const char *leaf,
		    gboolean *fresh, GError **error)
{
	g_autofree char *folder = kp_root_pathf(root, "%s/%s", KP_STORE_FOLDER, patch->kver);
	g_autofree char *path = kp_root_entry(folder, leaf);
	int removed;

	*fresh = !is_same(root, path, patch);
	if (*fresh && !kp_store_keep_as(root, patch, leaf, error))
		return FALSE;
	if (remove_spellings(root, folder, leaf, leaf, &removed, error))
		return TRUE;
	g_prefix_error(error, "cannot remove another spelling of %s from %s: ", leaf, folder);
	return FALSE;
}

gboolean kp_uninstall(const char *root, const char *kver, const char *word,
		      gboolean *found, GError **error)
{
	g_autofree char *folder = kp_root_pathf(root, "%s/%s", KP_STORE_FOLDER, kver);
	int removed;
	gboolean ok = remove_spellings(root, folder, word, NULL, &removed, error);

	*found = removed > 0;
	if (!ok) {
		g_prefix_error(error, "cannot remove %s from %s: ", word, folder);
		return FALSE;
	}
	rmdir(folder);	/* if it is empty now */
	return TRUE;
}
