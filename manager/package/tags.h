/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the header of a kernel or of a patch says. */
#ifndef KP_TAGS_H
#define KP_TAGS_H

#include <glib.h>
#include <rpm/header.h>

/* the dependency that ties a patch to its kernel */
#define KP_TIE "kernel-uname-r"

/* "" when it has none. Caller frees. */
char *kp_tag_text(Header header, rpmTagVal tag);

/* The epoch, unless it is 0, version and release. Caller frees. */
char *kp_tag_evr(Header header);

/* Is KP_TIE among the names that the list @tag has? */
gboolean kp_tag_has_tie(Header header, rpmTagVal tag);

/* The version of the KP_TIE that it requires, or NULL. Caller frees. */
char *kp_tag_required_kernel(Header header);

#endif
