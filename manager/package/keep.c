/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/keep.h"

#include <errno.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmfiles.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "package/corridor.h"
#include "package/files.h"
#include "package/header.h"

/* .NAME.kpatch-kept: nothing that ends like this is taken for a module */
#define KEPT ".kpatch-kept"

static char *kept_name(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
	g_autofree char *hidden = g_strdup_printf(".%s" KEPT, name);

	return kp_root_entry(folder, hidden);
}

static gboolean is_kept(const char *name)
{
	return *name == '.' && g_str_has_suffix(name, KEPT);
}

/* The path, without root, that the second name @kept stands for. */
static char *true_name(const char *root, const char *kept)
{
	g_autofree char *folder = g_path_get_dirname(kept), *name = g_path_get_basename(kept);

	name[strlen(name) - strlen(KEPT)] = '\0';
	return kp_root_entry(kp_root_inner(root, folder), name + 1);
}

GPtrArray *kp_keep_names(const char *root)
{
	return kp_corridor_find(root, is_kept);
}

static gboolean keep_file(const char *root, const char *path, GError **error)
{
	g_autofree char *from = kp_root_leaf(root, "%s", path), *to = kept_name(from);
	struct stat st;

	if (!g_str_has_prefix(path, KP_CORRIDOR "/") || lstat(from, &st) != 0 ||
	    !S_ISREG(st.st_mode) || link(from, to) == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s cannot be kept while it is replaced: %s; nothing was changed", from,
		    g_strerror(errno));
	return FALSE;
}

gboolean kp_keep_old(rpmts ts, const char *root, GError **error)
{
	gboolean ok = TRUE;

	for (int i = 0; i < rpmtsNElements(ts) && ok; i++) {
		rpmte element = rpmtsElement(ts, i);
		rpmfiles files = rpmteType(element) == TR_REMOVED ? rpmteFiles(element) : NULL;
		int count = files != NULL ? (int)rpmfilesFC(files) : 0;

		for (int k = 0; k < count && ok; k++) {
			char *path = rpmfilesFN(files, k);

			ok = keep_file(root, path, error);
			free(path);
		}
		rpmfilesFree(files);
	}
	return ok;
}

/* What the database says of @path, as an owner of the file has it; NULL: nobody. */
static KpPackageHeader *owner_of(rpmts ts, const char *path)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_INSTFILENAMES, path, 0);
	Header header = rpmdbNextIterator(found);
	KpPackageHeader *owner = header != NULL ? kp_header_describe(header) : NULL;

	rpmdbFreeIterator(found);
	return owner;
}

static const KpPackageFile *file_of(const KpPackageHeader *owner, const char *path)
{
	for (guint i = 0; owner != NULL && i < owner->files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(owner->files, i);

		if (g_str_equal(file->path, path))
			return file;
	}
	return NULL;
}

static void settle(rpmts ts, const char *root, const char *kept, GPtrArray *warnings)
{
	g_autofree char *path = true_name(root, kept), *place = kp_root_leaf(root, "%s", path);
	g_autoptr(KpPackageHeader) owner = owner_of(ts, path);
	const KpPackageFile *file = file_of(owner, path);
	gboolean wanted = file != NULL && !kp_file_is_right(root, file) &&
			  kp_file_has_digest(kept, file);

	if ((wanted ? rename(kept, place) : unlink(kept)) == 0)
		return;
	g_ptr_array_add(warnings, g_strdup_printf("%s cannot be %s: %s", kept,
						  wanted ? "put back" : "removed",
						  g_strerror(errno)));
}

void kp_keep_settle(rpmts ts, const char *root, GPtrArray *warnings)
{
	g_autoptr(GPtrArray) kept = kp_keep_names(root);

	for (guint i = 0; i < kept->len; i++)
		settle(ts, root, g_ptr_array_index(kept, i), warnings);
}
