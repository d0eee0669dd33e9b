/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which repositories are configured: /etc/dnf/dnf.conf (else /etc/yum.conf), and
 * the *.repo files it points to (dnf.conf(5)); where dnf5 is, also its drop-ins and
 * overrides (dnf5.conf(5); package/dnf-rules.h). */
#ifndef KP_REPO_CONFIG_H
#define KP_REPO_CONFIG_H

#include "base/repo.h"

/* The enabled repositories below @root, by id. @releasever (may be NULL) is what the
 * package database says that $releasever is, where dnf takes it from. A main
 * configuration or an override that cannot be read is KP_ERROR_CONFIG, as dnf would do
 * nothing then. What dnf would skip or replace by its default becomes a char * in
 * @warnings that names file, section and key. Free with g_ptr_array_unref(). */
GPtrArray *kp_repos_read(const char *root, const char *releasever, GPtrArray *warnings,
			 GError **error);

#endif
