/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/inventory.h"

#include "base/root.h"

static void kernel_free(gpointer data)
{
	KpInvKernel *kernel = data;

	g_free(kernel->package);
	g_free(kernel->kver);
	g_free(kernel->uname_r);
	g_free(kernel);
}

static void module_free(gpointer data)
{
	KpInvModule *module = data;

	g_free(module->path);
	g_free(module->sha256);
	g_free(module);
}

KpInvModule *kp_inv_module_new(const char *path, const char *sha256)
{
	KpInvModule *module = g_new0(KpInvModule, 1);

	module->path = g_strdup(path);
	module->sha256 = g_strdup(sha256);
	return module;
}

KpInvPatch *kp_inv_patch_new(void)
{
	KpInvPatch *patch = g_new0(KpInvPatch, 1);

	patch->modules = g_ptr_array_new_with_free_func(module_free);
	return patch;
}

static void patch_free(gpointer data)
{
	KpInvPatch *patch = data;

	g_free(patch->package);
	g_free(patch->name);
	g_free(patch->evr);
	g_free(patch->uname_r);
	g_free(patch->kver);
	g_free(patch->until);
	g_clear_pointer(&patch->modules, g_ptr_array_unref);
	g_free(patch);
}

KpInventory *kp_inventory_new(void)
{
	KpInventory *inventory = g_new0(KpInventory, 1);

	inventory->kernels = g_ptr_array_new_with_free_func(kernel_free);
	inventory->patches = g_ptr_array_new_with_free_func(patch_free);
	inventory->askers = g_ptr_array_new_with_free_func(g_free);
	return inventory;
}

void kp_inventory_free(KpInventory *inventory)
{
	if (inventory == NULL)
		return;
	g_ptr_array_unref(inventory->kernels);
	g_ptr_array_unref(inventory->patches);
	g_ptr_array_unref(inventory->askers);
	g_free(inventory->kpatch);
	g_free(inventory);
}

static const KpInvModule *find_module(const KpInvPatch *patch, const char *root, const char *path)
{
	for (guint i = 0; patch->modules != NULL && i < patch->modules->len; i++) {
		const KpInvModule *module = g_ptr_array_index(patch->modules, i);
		g_autofree char *full = kp_root_path(root, module->path);

		if (g_str_equal(full, path))
			return module;
	}
	return NULL;
}

const KpInvPatch *kp_inventory_owner(const KpInventory *inventory, const char *root,
				     const char *path, const KpInvModule **module)
{
	for (guint i = 0; i < inventory->patches->len; i++) {
		const KpInvPatch *patch = g_ptr_array_index(inventory->patches, i);

		*module = find_module(patch, root, path);
		if (*module != NULL)
			return patch;
	}
	return NULL;
}
