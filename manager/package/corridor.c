/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/corridor.h"

#include <sys/stat.h>

#include "base/listing.h"
#include "base/root.h"

static gboolean find_in(const char *folder, gboolean (*wanted)(const char *name), GPtrArray *paths,
			GError **error)
{
	g_autoptr(GPtrArray) names = kp_list_folder(folder, error);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *path = kp_root_entry(folder, name);
		struct stat st;

		if (wanted(name) && lstat(path, &st) == 0 && S_ISREG(st.st_mode))
			g_ptr_array_add(paths, g_steal_pointer(&path));
	}
	return names != NULL;
}

GPtrArray *kp_corridor_find(const char *root, gboolean (*wanted)(const char *name), GError **error)
{
	g_autofree char *corridor = kp_root_path(root, KP_CORRIDOR);
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) names = kp_list_folder(corridor, error);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		g_autofree char *folder = kp_root_entry(corridor, g_ptr_array_index(names, i));
		struct stat st;

		if (lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) &&
		    !find_in(folder, wanted, paths, error))
			return NULL;
	}
	return names != NULL ? g_steal_pointer(&paths) : NULL;
}
