/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/guarded.h"
#include "base/listing.h"
#include "base/root.h"
#include "signing/format.h"

/* The revocation lists of large authorities have some MiB. */
#define FILE_MAX ((off_t)16 * 1024 * 1024)

/* what somebody could change who may write here */
#define WHAT "whom this machine trusts"

static void file_free(KpFolderFile *file)
{
	if (file == NULL)
		return;
	g_free(file->name);
	g_free(file->path);
	if (file->fd >= 0)
		close(file->fd);
	if (file->content != NULL)
		g_bytes_unref(file->content);
	g_free(file);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpFolderFile, file_free)

static GPtrArray *no_files(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)file_free);
}

static gboolean refuse(GError **error, const char *path, const char *problem)
{
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "%s: %s", path, problem);
	return FALSE;
}

static gboolean file_ok(const KpFolderFile *file, const struct stat *st, GError **error)
{
	if (!S_ISREG(st->st_mode))
		return refuse(error, file->path, "it is not a regular file");
	if (st->st_size > FILE_MAX)
		return refuse(error, file->path, "it is larger than 16 MiB");
	return kp_guarded_is(file->path, st, FALSE, WHAT, error);
}

/* O_NONBLOCK so that a FIFO cannot stop us. */
static KpFolderFile *read_file(int folder, const char *path, const char *name, GError **error)
{
	g_autoptr(KpFolderFile) file = g_new0(KpFolderFile, 1);
	g_autofree guint8 *bytes = NULL;
	struct stat st;

	file->name = g_strdup(name);
	file->path = kp_root_entry(path, name);
	file->fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0 || fstat(file->fd, &st) != 0) {
		refuse(error, file->path, errno == ELOOP ?
		       "it is a symbolic link; put the file itself there" : g_strerror(errno));
		return NULL;
	}
	if (!file_ok(file, &st, error))
		return NULL;
	bytes = g_malloc((gsize)st.st_size);
	if (!kp_read_at(file->fd, bytes, (gsize)st.st_size, 0, error)) {
		g_prefix_error(error, "%s: ", file->path);
		return NULL;
	}
	file->content = g_bytes_new_take(g_steal_pointer(&bytes), (gsize)st.st_size);
	return g_steal_pointer(&file);
}

static gboolean has_suffix(const char *name, const char *const *suffixes)
{
	for (; *suffixes != NULL; suffixes++)
		if (g_str_has_suffix(name, *suffixes))
			return TRUE;
	return FALSE;
}

/* Hidden files are an editor's or a package manager's. */
static GPtrArray *list_names(const char *path, const char *const *suffixes, GPtrArray *warnings,
			     GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *endings = g_strjoinv(" or ", (char **)suffixes);
	g_autoptr(GPtrArray) all = kp_list_folder(path, error);

	if (all == NULL)
		return NULL;
	for (guint i = 0; i < all->len; i++) {
		const char *name = g_ptr_array_index(all, i);

		if (*name == '.' || g_str_has_prefix(name, "README"))
			continue;
		if (has_suffix(name, suffixes)) {
			g_ptr_array_add(names, g_strdup(name));
			continue;
		}
		g_ptr_array_add(warnings,
				g_strdup_printf("%s/%s is not used: names there end in %s",
						path, name, endings));
	}
	return g_steal_pointer(&names);
}

void kp_folder_problem(GError **problem, GError *more)
{
	if (more == NULL)
		return;
	if (*problem == NULL)
		*problem = more;
	else
		g_error_free(more);
}

static void read_files(GPtrArray *files, int folder, const char *path,
		       const char *const *suffixes, GPtrArray *warnings, GError **problem)
{
	GError *error = NULL;
	g_autoptr(GPtrArray) names = list_names(path, suffixes, warnings, &error);

	kp_folder_problem(problem, error);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		KpFolderFile *file;

		error = NULL;
		file = read_file(folder, path, g_ptr_array_index(names, i), &error);
		kp_folder_problem(problem, error);
		if (file != NULL)
			g_ptr_array_add(files, file);
	}
}

GPtrArray *kp_folder_read(const char *root, const char *path, const char *const *suffixes,
			  GPtrArray *warnings, gboolean *missing, GError **problem)
{
	g_autofree char *full = kp_root_leaf(root, "%s", path);
	int folder = kp_root_open(root, full, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	GPtrArray *files = no_files();
	GError *error = NULL;
	struct stat st;

	*missing = folder < 0 && errno == ENOENT;
	if (*missing)
		return files;
	if (folder < 0 || fstat(folder, &st) != 0)
		refuse(&error, full, errno == ELOOP || errno == ENOTDIR ?
		       "it must be a folder, and no symbolic link" : g_strerror(errno));
	else if (kp_guarded_is(full, &st, FALSE, WHAT, &error))
		kp_guarded_way(root, path, WHAT, &error);
	kp_folder_problem(problem, error);
	if (folder >= 0) {
		read_files(files, folder, full, suffixes, warnings, problem);
		close(folder);
	}
	return files;
}
