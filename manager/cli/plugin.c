/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/plugin.h"

#include <gmodule.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/root.h"

/* For programs that run from the build folder, as tests do; secure_getenv(3)
 * answers nothing where the caller is not to be trusted. */
static const char *plugin_folder(void)
{
	const char *folder = secure_getenv("KPATCH_MANAGER_PLUGINS");

	return folder != NULL ? folder : KP_PLUGINDIR;
}

gpointer kp_plugin_symbol(const char *file, const char *symbol, GError **error)
{
	g_autofree char *path = kp_root_entry(plugin_folder(), file);
	GModule *module = g_module_open(path, G_MODULE_BIND_LOCAL);
	gpointer address;

	/* never closed: librpm and GObject have exit handlers and types */
	if (module != NULL && g_module_symbol(module, symbol, &address))
		return address;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s; reinstall kpatch-manager",
		    g_module_error());
	return NULL;
}
