/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/corridor.h"

#include <sys/stat.h>

#include "base/root.h"

static void find_in(const char *folder, gboolean (*wanted)(const char *name), GPtrArray *paths)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = kp_root_entry(folder, name);
		struct stat st;

		if (wanted(name) && lstat(path, &st) == 0 && S_ISREG(st.st_mode))
			g_ptr_array_add(paths, g_steal_pointer(&path));
	}
}

GPtrArray *kp_corridor_find(const char *root, gboolean (*wanted)(const char *name))
{
	g_autofree char *corridor = kp_root_path(root, KP_CORRIDOR);
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(corridor, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *folder = kp_root_entry(corridor, name);
		struct stat st;

		if (lstat(folder, &st) == 0 && S_ISDIR(st.st_mode))
			find_in(folder, wanted, paths);
	}
	return paths;
}
