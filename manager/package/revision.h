/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the revision of a repomd.xml is believed to say. Anybody between us and a
 * repository whose metadata are not signed can write one. */
#ifndef KP_REVISION_H
#define KP_REVISION_H

#include "package/repomd.h"
#include "package/stamp.h"

/* Fills in @stamp, which has @cookie and asked, what @revision (or NULL) says: from when the
 * metadata are, and below which revision none is taken any more. @before is the stamp of
 * what was here before, or NULL. */
void kp_revision_note(KpStamp *stamp, const char *revision, const KpStamp *before);

/* TRUE when @revision is older than one that was here before: a mirror that falls behind
 * would take fixes back. *@now is its number. */
gboolean kp_revision_is_behind(const char *revision, const KpStamp *before, guint64 *now);

#endif
