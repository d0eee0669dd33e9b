/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/listing.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"

static int compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void take(GPtrArray *names, const char *name)
{
	if (!g_str_equal(name, ".") && !g_str_equal(name, ".."))
		g_ptr_array_add(names, g_strdup(name));
}

/* Returns 0 or an errno. */
static int read_names(const char *folder, GPtrArray *names)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int problem;

	if (dir == NULL)
		return errno == ENOENT || errno == ENOTDIR ? 0 : errno;
	errno = 0;
	while ((entry = readdir(dir)) != NULL) {
		take(names, entry->d_name);
		errno = 0;
	}
	problem = errno;
	closedir(dir);
	return problem;
}

GPtrArray *kp_list_folder(const char *folder, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	int problem = read_names(folder, names);

	if (problem != 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the folder %s cannot be read: %s", folder,
			    g_strerror(problem));
		return NULL;
	}
	g_ptr_array_sort(names, compare);
	return g_steal_pointer(&names);
}
