/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/packages.h"

#include "cli/plugin.h"

KpInventory *kp_packages_read(const char *root, const KpSettings *settings, GError **error)
{
	KpInventoryReadFunc read =
		(KpInventoryReadFunc)kp_plugin_symbol(KP_INVENTORY_PLUGIN, KP_INVENTORY_SYMBOL,
						      error);

	if (read != NULL)
		return read(root, settings->rpmdb, (const char *const *)settings->patch_globs,
			    error);
	g_prefix_error(error, "packages cannot be read: ");
	return NULL;
}

gboolean kp_packages_verify(const char *root, const KpSettings *settings, int fd,
			    char **signature, GError **error)
{
	KpPackageVerifyFunc verify =
		(KpPackageVerifyFunc)kp_plugin_symbol(KP_INVENTORY_PLUGIN, KP_PACKAGE_VERIFY_SYMBOL,
						      error);

	if (verify != NULL)
		return verify(root, settings->rpmdb, fd, signature, error);
	g_prefix_error(error, "packages cannot be verified: ");
	return FALSE;
}
