/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_FETCH_PACKAGES_H
#define KP_FETCH_PACKAGES_H

#include "package/fetch-item.h"

/* KpFetchApi's packages. */
gboolean kp_fetch_packages(const char *root, const GPtrArray *packages, const char *folder,
			   GPtrArray *fds, KpFetchProgress progress, gpointer user,
			   const volatile sig_atomic_t *stop, GError **error);

/* KpFetchApi's headers. */
gboolean kp_fetch_headers(const char *root, const GPtrArray *packages, GPtrArray *fds,
			  KpFetchProgress progress, gpointer user,
			  const volatile sig_atomic_t *stop, GError **error);

/* An item for @package, whose place and checksum have been looked at; takes @dest. */
KpFetchItem *kp_fetch_package_item(const KpPackage *package, LrHandle *handle, char *dest,
				   GError **error);

#endif
