/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/packages.h"

#include <gmodule.h>
#include <stdlib.h>

#include "base/error.h"

/* For programs that run from the build folder, as tests do; secure_getenv(3)
 * answers nothing where the caller is not to be trusted. */
static const char *plugin_folder(void)
{
	const char *folder = secure_getenv("KPATCH_MANAGER_PLUGINS");

	return folder != NULL ? folder : KP_PLUGINDIR;
}

KpInventory *kp_packages_read(const char *root, const KpSettings *settings, GError **error)
{
	g_autofree char *path = g_build_filename(plugin_folder(), KP_INVENTORY_PLUGIN, NULL);
	GModule *module = g_module_open(path, G_MODULE_BIND_LOCAL);
	KpInventoryReadFunc read;

	/* it stays loaded: librpm has exit handlers */
	if (module == NULL || !g_module_symbol(module, KP_INVENTORY_SYMBOL, (gpointer *)&read)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "packages cannot be read: %s; reinstall kpatch-manager",
			    g_module_error());
		return NULL;
	}
	return read(root, settings->rpmdb, (const char *const *)settings->patch_globs, error);
}
