/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the running kernel has what a patch wants of it. */
#ifndef KP_RESOLVE_H
#define KP_RESOLVE_H

#include "live/host.h"
#include "live/patch.h"

/* Adds to @reasons (char *) each object of @patch that can never be there: it would
 * replace nothing there, and never say so. */
void kp_resolve_objects(const KpHost *host, const KpPatch *patch, GPtrArray *reasons);

/* Adds to @reasons each function and symbol that @patch wants and that /proc/kallsyms
 * does not have, or has more than once without the patch saying which. What modules
 * that are not loaded will have is not known. It goes through some hundred thousand
 * lines: for those who only look. */
void kp_resolve_symbols(const KpHost *host, const KpPatch *patch, GPtrArray *reasons);

#endif
