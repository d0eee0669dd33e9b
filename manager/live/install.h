/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store as the kpatch command knows it: files that are put there, and
 * taken away again, by name. */
#ifndef KP_INSTALL_H
#define KP_INSTALL_H

#include "live/store.h"

typedef struct {
	char *kver;
	char *name;		/* of the file, as a module name */
} KpInstalled;

/* All module files in both folders and for all kernels: KpInstalled, in the
 * order of kernels and names, each once. The files are not opened. What has a
 * name that no module can have is passed over. NULL with KP_ERROR_FAILED when a
 * folder cannot be read. Caller unrefs. */
GPtrArray *kp_installed_list(const char *root, GError **error);

/* The file for @kver that @word names in any spelling, the store's before the
 * packages'; NULL with KP_ERROR_FAILED when there is none, or a folder cannot be
 * read. Caller frees. */
char *kp_installed_find(const char *root, const char *kver, const char *word, GError **error);

/* Puts @patch into the store under the file name @leaf, on disk when this
 * returns. *@fresh: it was not there with this content. Another spelling of
 * its name is removed. */
gboolean kp_install(const char *root, const KpPatch *patch, const char *leaf,
		    gboolean *fresh, GError **error);

/* Removes what @word names, in any spelling, from the store of @kver, and the
 * folder when it is empty then. *@found: there was such a file. */
gboolean kp_uninstall(const char *root, const char *kver, const char *word,
		      gboolean *found, GError **error);

#endif
