/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/inventory.h"

static void kernel_free(gpointer data)
{
	KpInvKernel *kernel = data;

	g_free(kernel->package);
	g_free(kernel->kver);
	g_free(kernel->uname_r);
	g_free(kernel);
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
	g_free(patch);
}

KpInventory *kp_inventory_new(void)
{
	KpInventory *inventory = g_new0(KpInventory, 1);

	inventory->kernels = g_ptr_array_new_with_free_func(kernel_free);
	inventory->patches = g_ptr_array_new_with_free_func(patch_free);
	return inventory;
}

void kp_inventory_free(KpInventory *inventory)
{
	if (inventory == NULL)
		return;
	g_ptr_array_unref(inventory->kernels);
	g_ptr_array_unref(inventory->patches);
	g_free(inventory);
}
