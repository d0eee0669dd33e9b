/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is zypper's own way in /etc/zypp: lists over several lines, queries of URLs, the
 * product's release, locks. Source: the manuals of zypper and libzypp. */
#ifndef KP_ZYPP_H
#define KP_ZYPP_H

#include "base/repo.h"
#include "base/version-locks.h"
#include "package/dnf-ini.h"

/* @text of a *.repo file in the form of dnf's: there baseurl= and gpgkey= may be said again,
 * and go on in lines that are not indented. Caller frees. */
char *kp_zypp_lines(const char *text);

/* The version of the product below @root that /etc/products.d/baseproduct is, or NULL. Caller
 * frees. */
char *kp_zypp_release(const char *root);

/* The rest of what @section says of @repo: path=, type=, and what zypper reads from the
 * query of a URL. What cannot be used is left out and becomes a warning. */
void kp_zypp_finish(const char *root, KpRepo *repo, const KpIniSection *section,
		    GHashTable *vars, GPtrArray *warnings);

/* Fills @locks from @text (zypper addlock). FALSE: they are not understood. */
gboolean kp_zypp_locks(KpVersionLocks *locks, const char *text, GError **error);

#endif
