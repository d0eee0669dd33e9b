/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables of dnf's configuration: $releasever, $basearch and those of
 * /etc/dnf/vars (dnf.conf(5), REPO VARIABLES). */
#ifndef KP_DNF_VARS_H
#define KP_DNF_VARS_H

#include <glib.h>

/* Names and values. A file in one of @folders (below @root) is a variable, and of
 * two of a name that of the later folder counts. */
GHashTable *kp_dnf_vars_read(const char *root, const char *const *folders);

/* @text with $name, ${name}, ${name:-otherwise} and ${name:+instead} replaced. What
 * is not known stays as it is, as with dnf. Caller frees. */
char *kp_dnf_vars_fill(GHashTable *vars, const char *text);

#endif
