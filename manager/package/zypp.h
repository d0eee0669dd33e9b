/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is zypper's own way in /etc/zypp: files, words, queries of URLs, the
 * product's release, locks. Source: the manuals of zypper and libzypp. */
#ifndef KP_ZYPP_H
#define KP_ZYPP_H

#include "base/repo.h"
#include "base/version-locks.h"
#include "package/dnf-ini.h"

#define KP_ZYPP_LIST_MAX 32768	/* bytes of baseurl= and the like */

/* The sections of @text, a *.repo file or zypp.conf, as kp_ini_parse(); what is a list has a
 * line for each word. A line that is none spoils the file: KP_ERROR_CONFIG names it. */
GPtrArray *kp_zypp_parse(const char *text, gsize size, GError **error);

/* TRUE, FALSE, or -1 for a word that is neither. */
int kp_zypp_boolean(const char *text);

/* The version of the product below @root that /etc/products.d/baseproduct is, or NULL. Caller
 * frees. */
char *kp_zypp_release(const char *root);

/* The rest of what @section says of @repo: path=, and what zypper reads from the query of a
 * URL. What cannot be used is left out and becomes a warning. type= says nothing: libzypp
 * looks for itself (bsc#1177427). */
void kp_zypp_finish(const char *root, KpRepo *repo, const KpIniSection *section,
		    GPtrArray *warnings);

/* Fills @locks from @text (zypper addlock). FALSE: they are not understood. */
gboolean kp_zypp_locks(KpVersionLocks *locks, const char *text, GError **error);

#endif
