/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_PATTERNS_H
#define KP_PATTERNS_H

#include <glib.h>

/* TRUE when one of @patterns, as of file names, matches this package in a spelling that
 * dnf.conf(5) knows for excludepkgs. @patterns may be NULL. */
gboolean kp_patterns_match(const char *const *patterns, const char *name, const char *evr,
			   const char *arch);

#endif
