/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repomd.xml from a mirror, and whether it may be believed. */
#ifndef KP_FETCH_REPOMD_H
#define KP_FETCH_REPOMD_H

#include "package/fetch-source.h"
#include "package/repomd.h"

/* Fetches repomd.xml with @handle, one of @source, into @folder and checks it: against
 * the checksums of a metalink, and its signature when repo_gpgcheck=1. @cookie: its
 * SHA-256. */
KpRepomd *kp_fetch_repomd(const KpFetchSource *source, LrHandle *handle, const char *folder,
			  const KpFetchWatch *watch, char **cookie, GError **error);

#endif
