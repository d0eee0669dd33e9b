/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Structures whose layout a diff changes: data that is there was made with the old one. */
#ifndef KP_BUILD_LAYOUT_H
#define KP_BUILD_LAYOUT_H

#include "finding.h"

/* Adds a refusal to @findings for each structure or union that debug information of both
 * objects has, with other members or another size; @allowed (NULL or names, ends with
 * NULL) makes notes of them. KP_ERROR_FAILED: an object has no debug information. */
gboolean kp_layout_compare(const char *original, const char *patched,
			   const char *const *allowed, GPtrArray *findings, GError **error);

#endif
