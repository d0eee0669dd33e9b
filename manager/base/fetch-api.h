/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin with librepo gives: everything that needs the network. librepo
 * brings curl, TLS and libxml2, so only a command that has something to fetch
 * loads it. */
#ifndef KP_FETCH_API_H
#define KP_FETCH_API_H

#include <signal.h>

#include "base/update.h"

#define KP_FETCH_PLUGIN "kpatch-fetch.so"
#define KP_FETCH_SYMBOL "kp_fetch_api"

/* @what: name of a file; @total: 0 while it is not known. */
typedef void (*KpFetchProgress)(gpointer user, const char *what, guint64 done, guint64 total);

typedef struct {
	/* What a mirror has of @repo now, in our cache. What was there stays when this
	 * fails, and also when it is killed. Asks a mirror each time, but fetches only
	 * what has changed. */
	KpRepoData *(*metadata)(const char *root, const KpRepo *repo, KpFetchProgress progress,
				gpointer user, const volatile sig_atomic_t *stop, GError **error);

	/* Fetches @packages (KpPackage with a repo) and appends to @fds, in their order, a
	 * descriptor for reading each, of what was compared with size and checksum. With
	 * @folder the files are in there afterwards, under their names; without, nobody
	 * else can open them. All or nothing. */
	gboolean (*packages)(const char *root, const GPtrArray *packages, const char *folder,
			     GPtrArray *fds, KpFetchProgress progress, gpointer user,
			     const volatile sig_atomic_t *stop, GError **error);

	/* Lead, signature and header alone, for what they tell before a download: nobody
	 * has vouched for them. -1: could not be had. FALSE: stopped, or no cache. */
	gboolean (*headers)(const char *root, const GPtrArray *packages, GPtrArray *fds,
			    KpFetchProgress progress, gpointer user,
			    const volatile sig_atomic_t *stop, GError **error);

	/* The text of one of the gpgkey= URLs of @repo, for whoever asks whether to trust
	 * it. Caller unrefs. */
	GBytes *(*key)(const char *root, const KpRepo *repo, const char *url,
		       const volatile sig_atomic_t *stop, GError **error);
} KpFetchApi;

#define KP_FETCH_EXPORT __attribute__((visibility("default")))
extern KP_FETCH_EXPORT const KpFetchApi kp_fetch_api;

#endif
