/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The look at what came of it: librpm may say that all is well when it is not, as
 * when the disk is full between the files and the database. */
#include <rpm/rpmdb.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "base/root.h"
#include "package/files.h"
#include "package/header.h"
#include "package/transaction.h"

/* The database has this release, and no other of its name that excludes it. */
static gboolean database_is_right(rpmts ts, const KpPackageHeader *info)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_NAME, info->name, 0);
	guint same = 0, others = 0;
	Header header;

	while ((header = rpmdbNextIterator(found)) != NULL) {
		g_autoptr(KpPackageHeader) other = kp_header_describe(header);

		if (g_str_equal(other->evr, info->evr) && g_str_equal(other->arch, info->arch))
			same++;
		else if (g_str_equal(other->arch, info->arch))
			others++;
	}
	rpmdbFreeIterator(found);
	return same == 1 && others == 0;
}

static gboolean part_is_right(const KpRun *run, rpmts ts, const KpPart *part, GError **error)
{
	g_autofree char *name = kp_text_printable(part->info->nevra);

	if (!database_is_right(ts, part->info)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "the package database does not have %s as it should, though librpm says "
			    "that it is installed; is the disk full? Say this again when there is room",
			    name);
		return FALSE;
	}
	for (guint i = 0; i < part->info->files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(part->info->files, i);
		g_autofree char *path = kp_text_printable(file->path);

		if (!kp_file_is_right(run->t->root, file)) {
			g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
				    "%s of %s is not on the disk as it should be; install the package "
				    "file again, or see what is wrong with the disk", path, name);
			return FALSE;
		}
	}
	return TRUE;
}

gboolean kp_run_look_again(const KpRun *run, rpmts ts, GError **error)
{
	for (guint i = 0; i < run->parts->len; i++)
		if (!part_is_right(run, ts, g_ptr_array_index(run->parts, i), error))
			return FALSE;
	return TRUE;
}

static gboolean is_owned(rpmts ts, const char *path)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_INSTFILENAMES, path, 0);
	gboolean owned = rpmdbNextIterator(found) != NULL;

	rpmdbFreeIterator(found);
	return owned;
}

/* A module that no package owns would be made live by the next sync. */
void kp_run_clean(const KpRun *run, rpmts ts)
{
	for (guint i = 0; i < run->parts->len; i++) {
		const KpPart *part = g_ptr_array_index(run->parts, i);

		for (guint k = 0; part->info != NULL && k < part->info->files->len; k++) {
			const KpPackageFile *file = g_ptr_array_index(part->info->files, k);
			g_autofree char *path = kp_root_path(run->t->root, file->path);

			if (kp_file_is_in_corridor(file) && !is_owned(ts, file->path))
				unlink(path);
		}
	}
}
