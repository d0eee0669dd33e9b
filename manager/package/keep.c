/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/keep.h"

#include <errno.h>
#include <rpm/rpmfiles.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "package/corridor.h"
#include "package/files.h"
#include "package/owner.h"

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

GPtrArray *kp_keep_names(const char *root, GError **error)
{
	return kp_corridor_find(root, is_kept, error);
}

static gboolean is_same_file(const char *a, const char *b)
{
	struct stat of_a, of_b;

	return lstat(a, &of_a) == 0 && lstat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
	       of_a.st_ino == of_b.st_ino;
}

static gboolean keep_file(const char *root, const char *path, GError **error)
{
	g_autofree char *from = kp_root_leaf(root, "%s", path), *to = kept_name(from);
	struct stat st;

	if (!g_str_has_prefix(path, KP_CORRIDOR "/") || lstat(from, &st) != 0 ||
	    !S_ISREG(st.st_mode) || is_same_file(from, to) || link(from, to) == 0)
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

static const KpPackageFile *file_of(const KpPackageHeader *owner, const char *path)
{
	for (guint i = 0; owner != NULL && i < owner->files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(owner->files, i);

		if (g_str_equal(file->path, path))
			return file;
	}
	return NULL;
}

gboolean kp_keep_judge(rpmts ts, const char *root, const char *kept, KpKept *what, char **place,
		       GError **error)
{
	g_autofree char *path = true_name(root, kept);
	g_autoptr(KpPackageHeader) owner = NULL;
	const KpPackageFile *file;

	if (!kp_owner_of(ts, path, &owner, error))
		return FALSE;
	*place = kp_root_leaf(root, "%s", path);
	file = file_of(owner, path);
	if (owner == NULL && is_same_file(*place, kept))
		*what = KP_KEPT_UNOWNED;
	else if (file != NULL && !kp_file_is_right(root, file) && kp_file_has_digest(kept, file))
		*what = KP_KEPT_WANTED;
	else
		*what = KP_KEPT_NEEDLESS;
	return TRUE;
}

/* The second name stays until it is gone: the next run knows it by that. */
static gboolean remove_old(const char *place, GPtrArray *warnings, GError **error)
{
	if (unlink(place) == 0) {
		g_ptr_array_add(warnings, g_strdup_printf(
			"%s, which librpm has not removed with its package, is removed", place));
		return TRUE;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s belongs to no package any more, and cannot be removed: %s; it may be made live "
		    "all the same: see what is wrong with the disk, and say 'kpatch-manager update' "
		    "again", place, g_strerror(errno));
	return FALSE;
}

static gboolean settle(rpmts ts, const char *root, const char *kept, GPtrArray *warnings,
		       GError **error)
{
	g_autofree char *place = NULL;
	gboolean wanted;
	KpKept what;

	if (!kp_keep_judge(ts, root, kept, &what, &place, error) ||
	    (what == KP_KEPT_UNOWNED && !remove_old(place, warnings, error)))
		return FALSE;
	wanted = what == KP_KEPT_WANTED;
	if ((wanted ? rename(kept, place) : unlink(kept)) != 0)
		g_ptr_array_add(warnings, g_strdup_printf("%s cannot be %s: %s", kept,
							  wanted ? "put back" : "removed",
							  g_strerror(errno)));
	return TRUE;
}

gboolean kp_keep_settle(rpmts ts, const char *root, GPtrArray *warnings, GError **error)
{
	g_autoptr(GPtrArray) kept = kp_keep_names(root, error);
	gboolean ok = kept != NULL;

	for (guint i = 0; kept != NULL && i < kept->len; i++)
		ok = settle(ts, root, g_ptr_array_index(kept, i), warnings, ok ? error : NULL) && ok;
	return ok;
}
