/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a repository can be had from: its baseurl=, or what its list of mirrors says. */
#ifndef KP_FETCH_SOURCE_H
#define KP_FETCH_SOURCE_H

#include "package/fetch-item.h"

/* A checksum that repomd.xml may have. */
typedef struct {
	LrChecksumType type;
	char *text;
} KpFetchSum;

typedef struct {
	const char *root;
	const KpRepo *repo;
	char **urls;		/* the best first; never empty */
	GPtrArray *sums;	/* KpFetchSum, the newest first; empty: nobody says */
	LrHandle *handle;	/* for these URLs in this order */
} KpFetchSource;

/* Fetches the list of mirrors of @repo, if it has one. A metalink counts before a
 * mirrorlist and either before baseurl=, as with dnf. */
KpFetchSource *kp_fetch_source_new(const char *root, const KpRepo *repo,
				   const KpFetchWatch *watch, GError **error);
void kp_fetch_source_free(KpFetchSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpFetchSource, kp_fetch_source_free)

/* A handle that begins with the URL number @first, and goes round. Free with
 * lr_handle_free(). */
LrHandle *kp_fetch_source_turned(const KpFetchSource *source, guint first, GError **error);

/* Sources of several repositories, each made when it is first asked for. */
GHashTable *kp_fetch_sources_new(void);
const KpFetchSource *kp_fetch_sources_get(GHashTable *sources, const char *root,
					  const KpRepo *repo, const KpFetchWatch *watch,
					  GError **error);

#endif
