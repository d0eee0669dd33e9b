/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables of dnf's configuration: $releasever, $basearch, those of /etc/dnf/vars and
 * those of the environment (dnf.conf(5), REPO VARIABLES). */
#ifndef KP_DNF_VARS_H
#define KP_DNF_VARS_H

#include <glib.h>

/* Names and values. DNF_VAR_NAME and DNF0 to DNF9 of the environment are variables, and
 * so is a file in one of @folders (below @root), which counts for more; of two that of
 * the later folder does. Nothing of it changes $arch and $basearch. */
GHashTable *kp_dnf_vars_read(const char *root, const char *const *folders);

/* @text with $name, ${name}, ${name:-otherwise} and ${name:+instead} replaced, also where
 * one stands inside the other. What is not known stays as it is, as with dnf. Caller
 * frees. */
char *kp_dnf_vars_fill(GHashTable *vars, const char *text);

#endif
