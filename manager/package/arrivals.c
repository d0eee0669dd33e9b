/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/arrivals.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "package/files.h"
#include "package/owner.h"

static gboolean is_there(const char *root, const KpPackageFile *file)
{
	g_autofree char *path = kp_root_leaf(root, "%s", file->path);
	struct stat st;

	return lstat(path, &st) == 0;
}

GPtrArray *kp_arrivals_of(const KpRun *run)
{
	GPtrArray *files = g_ptr_array_new();

	for (guint i = 0; i < run->parts->len; i++) {
		const KpPart *part = g_ptr_array_index(run->parts, i);

		for (guint k = 0; k < part->info->files->len; k++) {
			KpPackageFile *file = g_ptr_array_index(part->info->files, k);

			if (kp_file_can_be_checked(file) && !is_there(run->t->root, file))
				g_ptr_array_add(files, file);
		}
	}
	return files;
}

GPtrArray *kp_arrivals_unowned(rpmts ts, const char *root, const GPtrArray *files, GError **error)
{
	g_autoptr(GPtrArray) unowned = g_ptr_array_new();

	for (guint i = 0; i < files->len; i++) {
		KpPackageFile *file = g_ptr_array_index(files, i);
		g_autoptr(KpPackageHeader) owner = NULL;

		if (!kp_file_can_be_checked(file) || !is_there(root, file))
			continue;
		if (!kp_owner_of(ts, file->path, &owner, error))
			return NULL;
		if (owner == NULL && kp_file_is_right(root, file))
			g_ptr_array_add(unowned, file);
	}
	return g_steal_pointer(&unowned);
}

gboolean kp_arrivals_clear(rpmts ts, const char *root, const GPtrArray *files, GError **error)
{
	g_autoptr(GPtrArray) unowned = kp_arrivals_unowned(ts, root, files, error);

	for (guint i = 0; unowned != NULL && i < unowned->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(unowned, i);
		g_autofree char *path = kp_root_leaf(root, "%s", file->path);

		if (unlink(path) == 0)
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s was to come with a package that did not, and cannot be removed: %s", path,
			    g_strerror(errno));
		return FALSE;
	}
	return unowned != NULL;
}
