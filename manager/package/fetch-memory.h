/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files from anywhere. */
#ifndef KP_FETCH_MEMORY_H
#define KP_FETCH_MEMORY_H

#include "package/fetch-item.h"

/* Fetches @url, which need not lie below the mirrors of @repo, as all of @repo is
 * fetched, into memory. Returns a descriptor that reads it from the start, or -1.
 * @what: for messages; @limit: bytes at which it is given up. */
int kp_fetch_memory(const char *root, const KpRepo *repo, const char *what, const char *url,
		    guint64 limit, const KpFetchWatch *watch, GError **error);

#endif
