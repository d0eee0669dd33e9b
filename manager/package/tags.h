/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the header of a kernel or of a patch says. */
#ifndef KP_TAGS_H
#define KP_TAGS_H

#include <glib.h>
#include <rpm/header.h>

#include "base/inventory.h"

/* "" when it has none. Caller frees. */
char *kp_tag_text(Header header, rpmTagVal tag);

/* The epoch, unless it is 0, version and release. Caller frees. */
char *kp_tag_evr(Header header);

/* Is KP_TIE among the names that the list @tag has? */
gboolean kp_tag_has_tie(Header header, rpmTagVal tag);

/* The version of the first dependency on @name that has one, or NULL: of what it
 * provides, or requires. Caller frees. */
char *kp_tag_provided(Header header, const char *name);
char *kp_tag_required(Header header, const char *name);

/* The kernel-uname-r that the patch package @header asks for, or NULL: as it says, or,
 * where it requires the kernel by its release, that and its own architecture. Caller
 * frees. */
char *kp_tag_tie(Header header);

/* The CVEs that its changelog says are fixed: a set (base/cve.h). Caller unrefs. */
GHashTable *kp_tag_fixed_cves(Header header);

#endif
