/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to the package wing: its plugin is loaded when it is asked for. */
#ifndef KP_PACKAGES_H
#define KP_PACKAGES_H

#include "base/inventory.h"
#include "base/settings.h"

/* What the package database below @root has. NULL and KP_ERROR_FAILED when the
 * plugin or the database cannot be used. Caller frees. */
KpInventory *kp_packages_read(const char *root, const KpSettings *settings, GError **error);

/* Is the package in @fd whole, and signed by a key of the package database?
 * *@signature says which. Caller frees. */
gboolean kp_packages_verify(const char *root, const KpSettings *settings, int fd,
			    char **signature, GError **error);

#endif
