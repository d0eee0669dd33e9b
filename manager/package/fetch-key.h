/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys that sign the metadata of repositories. */
#ifndef KP_FETCH_KEY_H
#define KP_FETCH_KEY_H

#include "package/fetch-item.h"

/* Checks the signature @sig of the file @data with the keys that are on this machine:
 * those of file:// in gpgkey=, and those that somebody has agreed to, in
 * kp_repo_keys_folder(). None is fetched. @work: a folder for gpg. */
gboolean kp_fetch_check_signature(const char *root, const KpRepo *repo, const char *work,
				  const char *sig, const char *data, GError **error);

GBytes *kp_fetch_key(const char *root, const KpRepo *repo, const char *url,
		     const volatile sig_atomic_t *stop, GError **error);

#endif
