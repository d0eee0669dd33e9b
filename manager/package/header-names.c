/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/header-names.h"

#include <rpm/rpmtd.h>
#include <string.h>

#include "base/names.h"

static const char *const kernel_folders[] = { "/lib/modules/", "/usr/lib/modules/", NULL };
static const char *const patch_folders[] = { "/usr/lib/kpatch/", NULL };

/* The folder right below one of @folders that @path leads through, or NULL. */
static char *first_folder(const char *path, const char *const *folders)
{
	for (; *folders != NULL; folders++) {
		g_autofree char *word = NULL;

		if (!g_str_has_prefix(path, *folders))
			continue;
		path += strlen(*folders);
		word = g_strndup(path, strcspn(path, "/"));
		return kp_kver_valid(word) ? g_steal_pointer(&word) : NULL;
	}
	return NULL;
}

static char *search_paths(Header header, rpmTagVal tag, int flags, const char *const *folders)
{
	struct rpmtd_s list;
	char *found = NULL;
	const char *path;

	if (!headerGet(header, tag, &list, flags))
		return NULL;
	while (found == NULL && (path = rpmtdNextString(&list)) != NULL)
		found = first_folder(path, folders);
	rpmtdFreeData(&list);
	return found;
}

static guint count_of(Header header, rpmTagVal tag)
{
	struct rpmtd_s list;
	guint count = 0;

	if (headerGet(header, tag, &list, HEADERGET_MINMEM)) {
		count = rpmtdCount(&list);
		rpmtdFreeData(&list);
	}
	return count;
}

/* librpm (4.18) puts file names together without a look at whether the folder that one
 * names is there, and reads somewhere else if it is not. */
static gboolean names_are_sane(Header header)
{
	guint folders = count_of(header, RPMTAG_DIRNAMES), names = count_of(header, RPMTAG_BASENAMES);
	struct rpmtd_s indexes;
	gboolean sane;

	if (!headerGet(header, RPMTAG_DIRINDEXES, &indexes, HEADERGET_MINMEM))
		return FALSE;
	sane = rpmtdType(&indexes) == RPM_INT32_TYPE && rpmtdCount(&indexes) == names;
	while (sane && rpmtdNext(&indexes) >= 0)
		sane = *rpmtdGetUint32(&indexes) < folders;
	rpmtdFreeData(&indexes);
	return sane;
}

/* uname -r, from the path the package owns. The names of folders are few and
 * quick to go through; a package that owns nothing but the folder itself has
 * it among its files. */
static char *owned_kver(Header header, const char *const *folders)
{
	char *found = search_paths(header, RPMTAG_DIRNAMES, HEADERGET_MINMEM, folders);

	if (found == NULL && names_are_sane(header))
		found = search_paths(header, RPMTAG_FILENAMES, HEADERGET_EXT, folders);
	return found;
}

char *kp_header_kernel(Header header)
{
	return owned_kver(header, kernel_folders);
}

char *kp_header_patched_kernel(Header header)
{
	return owned_kver(header, patch_folders);
}
