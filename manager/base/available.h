/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What repositories were found to have for each kernel, noted where status finds
 * it without a solver. */
#ifndef KP_AVAILABLE_H
#define KP_AVAILABLE_H

#include <glib.h>

#define KP_AVAILABLE_FILE "/var/cache/kpatch-manager/available"

typedef struct {
	char *kver;
	char *version;		/* version-release, without the epoch */
	char *package;		/* name-evr.arch */
	char *repo;		/* id of the repository */
	char *repomd;		/* path of its repomd.xml */
	char *cookie;		/* SHA-256 of that, when it was found */
	char **cves;		/* that it adds, as advisories or its changelog say, as
				 * far as was found out; never NULL */
} KpAvailable;

/* When somebody looked at what the repositories have. */
typedef struct {
	gint64 fetched;		/* the oldest of what was looked at, in seconds since
				 * the epoch; 0: nobody looked */
	gboolean changed;	/* what is on disk of a repository is not that any more */
	gint64 made;		/* since when the one that has had patches and has been the
				 * same for longest is so; 0: none had any */
	char *standing;		/* id of that one, or NULL */
} KpLook;

void kp_look_clear(KpLook *look);

/* What was noted, as far as the repository is still in that state: KpAvailable. A
 * file that is damaged or that others may write is none. Caller unrefs, and clears @look. */
GPtrArray *kp_available_read(const char *root, KpLook *look);

/* The entry of @kver, or NULL. */
const KpAvailable *kp_available_find(const GPtrArray *list, const char *kver);

#endif
