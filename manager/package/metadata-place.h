/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How our cache is laid out. In the folder of a repository
 *
 *	md-XXXXXX/	repomd.xml, primary and updateinfo that belong together
 *	repodata	a link to the newest of them: what was fetched is published by
 *			replacing this link, so that it is all there or not at all
 *	previous	the one before
 *	dnf.stamp	what was checked of dnf's copy
 *	rejected	cookie of what cannot be read although its checksums are right
 */
#ifndef KP_METADATA_PLACE_H
#define KP_METADATA_PLACE_H

#include "base/repo.h"

#define KP_METADATA_PREFIX "md-"
#define KP_METADATA_CURRENT "repodata"
#define KP_METADATA_PREVIOUS "previous"
#define KP_METADATA_STAMP "stamp"	/* in md-XXXXXX */

/* ID-HASH, as dnf calls the folder too. Caller frees. */
char *kp_metadata_id(const KpRepo *repo);

/* The folder that @link in @folder leads to, or NULL. Caller frees. */
char *kp_metadata_target(const char *folder, const char *link);

/* The cookie of what was rejected, or NULL. Caller frees. */
char *kp_metadata_rejected(const char *root, const char *folder);

#endif
