/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metadata of repositories that is on disk already: fetched by us, or by dnf. */
#ifndef KP_METADATA_H
#define KP_METADATA_H

#include "base/repo.h"

#define KP_CACHE_FOLDER "/var/cache/kpatch-manager"
#define KP_REPO_KEYS_FOLDER "/etc/pki/kpatch/repositories.d"

/* Our folder for @repo below @root, ID-HASH in KP_CACHE_FOLDER; it may not exist.
 * The hash is that of the URL, as dnf makes it. Caller frees. */
char *kp_metadata_folder(const char *root, const KpRepo *repo);

/* Where keys lie that may sign the metadata of @repo (repo_gpgcheck=1), besides the
 * local ones of gpgkey=: files that somebody has looked at. Caller frees. */
char *kp_repo_keys_folder(const char *root, const KpRepo *repo);

/* The newest metadata of @repo below @root, ours or dnf's, whose files have been
 * checked against repomd.xml: once, for a small file then notes what was checked.
 * What is damaged counts as not there. NULL without error: there is nothing. Keeps
 * a pointer to @repo. */
KpRepoData *kp_metadata_find(const char *root, const KpRepo *repo, GError **error);

/* Whether what is on the disk of @data is what came, by its checksums: all of it is read.
 * FALSE also when it cannot be. */
gboolean kp_metadata_is_right(const char *root, const KpRepoData *data);

/* For who finds that @data is no metadata: what was there before it. If its checksums
 * are right it came like that, and what was there before is what kp_metadata_find()
 * gives from now on if we may change that; if not, asking the repository again gets it.
 * NULL without error: there is nothing else. */
KpRepoData *kp_metadata_previous(const char *root, const KpRepoData *data, GError **error);

#endif
