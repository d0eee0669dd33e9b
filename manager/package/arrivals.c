/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/arrivals.h"

#include <errno.h>
#include <rpm/rpmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "base/root.h"
#include "package/files.h"

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

static gboolean is_owned(rpmts ts, const char *path)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_INSTFILENAMES, path, 0);
	gboolean owned = rpmdbNextIterator(found) != NULL;

	rpmdbFreeIterator(found);
	return owned;
}

static void add_foreign(GPtrArray *warnings, const KpPackageFile *file)
{
	g_autofree char *path = kp_text_printable(file->path);

	g_ptr_array_add(warnings, g_strdup_printf(
		"%s belongs to no package, and is not what an installation that was killed was "
		"to bring: it stays; remove it if nobody needs it", path));
}

GPtrArray *kp_arrivals_unowned(rpmts ts, const char *root, const GPtrArray *files,
			       GPtrArray *warnings)
{
	GPtrArray *unowned = g_ptr_array_new();

	for (guint i = 0; i < files->len; i++) {
		KpPackageFile *file = g_ptr_array_index(files, i);

		if (!kp_file_can_be_checked(file) || !is_there(root, file) ||
		    is_owned(ts, file->path))
			continue;
		if (kp_file_is_right(root, file))
			g_ptr_array_add(unowned, file);
		else if (warnings != NULL)
			add_foreign(warnings, file);
	}
	return unowned;
}

void kp_arrivals_clear(rpmts ts, const char *root, const GPtrArray *files, GPtrArray *warnings)
{
	g_autoptr(GPtrArray) unowned = kp_arrivals_unowned(ts, root, files, warnings);

	for (guint i = 0; i < unowned->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(unowned, i);
		g_autofree char *path = kp_root_leaf(root, "%s", file->path);

		if (unlink(path) != 0)
			g_ptr_array_add(warnings, g_strdup_printf("%s cannot be removed: %s", path,
								  g_strerror(errno)));
	}
}
