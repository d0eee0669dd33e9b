/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/owner.h"

#include <rpm/rpmdb.h>

#include "base/error.h"
#include "base/names.h"
#include "package/corridor.h"
#include "package/header.h"
#include "package/rpmlog.h"

/* librpm answers NULL for "nobody" and for an error, of which it only speaks. */
gboolean kp_owner_of(rpmts ts, const char *path, KpPackageHeader **owner, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *why = NULL;
	rpmdbMatchIterator found;
	Header header;

	kp_rpmlog_begin(lines);
	found = rpmtsInitIterator(ts, RPMDBI_INSTFILENAMES, path, 0);
	header = rpmdbNextIterator(found);
	*owner = header != NULL ? kp_header_describe(header) : NULL;
	rpmdbFreeIterator(found);
	kp_rpmlog_end();
	if (*owner != NULL || lines->len == 0)
		return TRUE;
	why = kp_rpmlog_text(lines, "");
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "the package database does not say who owns %s: %s", path, why);
	return FALSE;
}

/* As the store has it (live/store.c): what may be made live. */
static gboolean is_module(const char *name)
{
	return *name != '.' && g_str_has_suffix(name, ".ko") && !g_str_equal(name, "kpatch.ko");
}

/* As the database spells it: the corridor may be a link. */
static char *packaged_name(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *kernel = g_path_get_basename(folder), *name = g_path_get_basename(path);

	return g_strdup_printf(KP_CORRIDOR "/%s/%s", kernel, name);
}

GPtrArray *kp_owner_missing(rpmts ts, const char *root, GError **error)
{
	g_autoptr(GPtrArray) paths = kp_corridor_find(root, is_module, error);

	for (guint i = paths != NULL ? paths->len : 0; i-- > 0;) {
		g_autofree char *name = packaged_name(g_ptr_array_index(paths, i));
		g_autoptr(KpPackageHeader) owner = NULL;

		if (!kp_owner_of(ts, name, &owner, error))
			return NULL;
		if (owner != NULL)
			g_ptr_array_remove_index(paths, i);
	}
	return g_steal_pointer(&paths);
}

char *kp_owner_missing_text(const char *path)
{
	g_autofree char *name = kp_text_printable(path);

	return g_strdup_printf("%s belongs to no package, and may be made live all the same: it stays; "
			       "remove it if nobody needs it", name);
}
