/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Installed kernels and patch packages, asked from the package database by
 * its indexes: only the packages that matter are ever read. */
#include <rpm/header.h>
#include <rpm/rpmdb.h>

#include "base/error.h"
#include "base/inventory.h"
#include "base/names.h"
#include "package/header-names.h"
#include "package/rpmdb.h"
#include "package/tags.h"

static void add_kernel(KpInventory *inventory, Header header)
{
	g_autofree char *kver = kp_header_kernel(header);
	KpInvKernel *kernel;

	if (kver == NULL)
		return;
	kernel = g_new0(KpInvKernel, 1);
	kernel->package = kp_tag_text(header, RPMTAG_NEVRA);
	kernel->kver = g_steal_pointer(&kver);
	kernel->uname_r = kp_tag_provided(header, KP_TIE);
	g_ptr_array_add(inventory->kernels, kernel);
}

static void add_patch(KpInventory *inventory, Header header, const char *const *globs)
{
	g_autofree char *name = kp_tag_text(header, RPMTAG_NAME);
	KpInvPatch *patch;

	if (!kp_name_matches(name, globs))
		return;
	patch = g_new0(KpInvPatch, 1);
	patch->name = g_steal_pointer(&name);
	patch->package = kp_tag_text(header, RPMTAG_NEVRA);
	patch->evr = kp_tag_text(header, RPMTAG_EVR);
	patch->uname_r = kp_tag_required(header, KP_TIE);
	patch->kver = kp_header_patched_kernel(header);
	patch->until = kp_tag_provided(header, KP_UNTIL_PROVIDE);
	g_ptr_array_add(inventory->patches, patch);
}

/* Adds every package that the index @index has under KP_TIE, once: one that has
 * the name twice, as with a range of versions, comes twice in a row. */
static void read_index(KpInventory *inventory, rpmts ts, rpmDbiTagVal index,
		       const char *const *globs)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, index, KP_TIE, 0);
	unsigned int last = 0;
	Header header;

	while ((header = rpmdbNextIterator(found)) != NULL) {
		if (rpmdbGetIteratorOffset(found) == last)
			continue;
		last = rpmdbGetIteratorOffset(found);
		if (index == RPMDBI_PROVIDENAME)
			add_kernel(inventory, header);
		else
			add_patch(inventory, header, globs);
	}
	rpmdbFreeIterator(found);
}

KpInventory *kp_inventory_read(const char *root, const char *rpmdb,
			       const char *const *globs, GError **error)
{
	rpmts ts = kp_rpmdb_look(root, rpmdb, error);
	KpInventory *inventory;

	if (ts == NULL)
		return NULL;
	inventory = kp_inventory_new();
	read_index(inventory, ts, RPMDBI_PROVIDENAME, globs);
	read_index(inventory, ts, RPMDBI_REQUIRENAME, globs);
	rpmtsFree(ts);
	return inventory;
}
