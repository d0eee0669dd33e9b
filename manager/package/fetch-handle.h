/* SPDX-License-Identifier: GPL-2.0-or-later */
/* librepo's handle for a repository as it is configured. */
#ifndef KP_FETCH_HANDLE_H
#define KP_FETCH_HANDLE_H

#include <librepo/librepo.h>

#include "base/repo.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LrHandle, lr_handle_free)

/* @urls are tried in their order; NULL: for files that have a URL of their own. NULL with
 * @error. Free with lr_handle_free(). */
LrHandle *kp_fetch_handle_new(const char *root, const KpRepo *repo, char **urls, GError **error);

/* A handle of its own for the bytes up to @end of one file: librepo would ask for all,
 * and close the connection when it has what it wants. NULL: not with this repository. */
LrHandle *kp_fetch_handle_range(const char *root, const KpRepo *repo, char **urls, guint64 end);

/* @path of a key or certificate: below @root where it is there, as the image has it,
 * else the machine's. Caller frees. */
char *kp_fetch_local_path(const char *root, const char *path);

#endif
