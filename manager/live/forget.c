/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/forget.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/listing.h"
#include "base/names.h"
#include "base/root.h"
#include "live/store.h"

/* where a kernel that is installed, or its patch, has a folder of its own */
static const char *const signs[] = { "/lib/modules", "/usr/lib/modules", KP_PACKAGE_FOLDER };
#define MODULES_SIGNS 2	/* of them are of kernels */

/* TRUE when one of the first @count signs is there. */
static gboolean is_there(const char *root, const char *kver, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		g_autofree char *path = kp_root_leaf(root, "%s/%s", signs[i], kver);
		struct stat st;

		/* what cannot be looked at may be there */
		if (lstat(path, &st) == 0 || errno != ENOENT)
			return TRUE;
	}
	return FALSE;
}

GPtrArray *kp_forget_list(const KpHost *host)
{
	GPtrArray *gone = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) kernels = NULL;

	if (host->kver == NULL || !is_there(host->root, host->kver, MODULES_SIGNS))
		return gone;
	/* what is not known of is not forgotten */
	kernels = kp_store_kernels(host->root, NULL);
	for (guint i = 0; kernels != NULL && i < kernels->len; i++) {
		const char *kver = g_ptr_array_index(kernels, i);

		if (!g_str_equal(kver, host->kver) && !is_there(host->root, kver, G_N_ELEMENTS(signs)))
			g_ptr_array_add(gone, g_strdup(kver));
	}
	return gone;
}

gboolean kp_forget(const KpHost *host, const char *kver, GError **error)
{
	g_autofree char *folder = kp_root_pathf(host->root, "%s/%s", KP_STORE_FOLDER, kver);
	g_autoptr(GPtrArray) leaves = kp_list_folder(folder, error);

	for (guint i = 0; leaves != NULL && i < leaves->len; i++) {
		const char *leaf = g_ptr_array_index(leaves, i);
		g_autofree char *path = kp_root_entry(folder, leaf);

		if ((!g_str_has_suffix(leaf, ".ko") && !g_str_equal(leaf, ".staged")) ||
		    unlink(path) == 0 || errno == ENOENT)
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot remove %s: %s", path,
			    g_strerror(errno));
		return FALSE;
	}
	if (leaves == NULL)
		return FALSE;
	rmdir(folder);
	return TRUE;
}
