/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_FETCH_METADATA_H
#define KP_FETCH_METADATA_H

#include "base/fetch-api.h"

/* KpFetchApi's metadata. */
KpRepoData *kp_fetch_metadata(const char *root, const KpRepo *repo, KpFetchProgress progress,
			      gpointer user, const volatile sig_atomic_t *stop, GError **error);

#endif
