/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables of dnf's configuration: $releasever, $basearch, those of /etc/dnf/vars and
 * those of the environment (dnf.conf(5), REPO VARIABLES; dnf5.conf(5)). */
#ifndef KP_DNF_VARS_H
#define KP_DNF_VARS_H

#include "package/dnf-rules.h"

/* Names and values. DNF_VAR_NAME and DNF0 to DNF9 of the environment are variables, and
 * so is a file in one of @folders (below @root); of two that of the later folder counts.
 * With dnf5 the environment counts more than files, and these more than what the
 * machine's $arch and $basearch are; else it is the other way round. zypper knows none of
 * the environment but ZYPP_REPO_RELEASEVER, and $releasever is that of the product. */
GHashTable *kp_dnf_vars_read(const char *root, const char *const *folders,
			     const KpDnfRules *rules, const char *releasever);

/* @text with $name, ${name}, ${name:-otherwise} and ${name:+instead} replaced, also where
 * one stands inside the other. What is not known stays as it is, as with dnf, and with
 * dnf5 so does what comes after a backslash, which goes. Caller frees. */
char *kp_dnf_vars_fill(GHashTable *vars, const char *text);

#endif
