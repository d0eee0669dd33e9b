/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Installed kernels and patch packages, asked from the package database by
 * its indexes: only the packages that matter are ever read. */
#include <rpm/rpmdb.h>

#include "base/inventory.h"
#include "base/names.h"
#include "package/header-names.h"
#include "package/rpmdb.h"
#include "package/tags.h"

typedef struct {
	KpInventory *inventory;
	const char *const *globs;
} Reader;

static void add_kernel(Header header, gpointer user)
{
	const Reader *reader = user;
	g_autofree char *kver = kp_header_kernel(header);
	KpInvKernel *kernel;

	if (kver == NULL)
		return;
	kernel = g_new0(KpInvKernel, 1);
	kernel->package = kp_tag_text(header, RPMTAG_NEVRA);
	kernel->kver = g_steal_pointer(&kver);
	kernel->uname_r = kp_tag_provided(header, KP_TIE);
	g_ptr_array_add(reader->inventory->kernels, kernel);
}

static void add_patch(Header header, gpointer user)
{
	const Reader *reader = user;
	g_autofree char *name = kp_tag_text(header, RPMTAG_NAME);
	KpInvPatch *patch;

	if (!kp_name_matches(name, reader->globs))
		return;
	patch = g_new0(KpInvPatch, 1);
	patch->name = g_steal_pointer(&name);
	patch->package = kp_tag_text(header, RPMTAG_NEVRA);
	patch->evr = kp_tag_text(header, RPMTAG_EVR);
	patch->uname_r = kp_tag_required(header, KP_TIE);
	patch->kver = kp_header_patched_kernel(header);
	patch->until = kp_tag_provided(header, KP_UNTIL_PROVIDE);
	g_ptr_array_add(reader->inventory->patches, patch);
}

KpInventory *kp_inventory_read(const char *root, const char *rpmdb,
			       const char *const *globs, GError **error)
{
	rpmts ts = kp_rpmdb_look(root, rpmdb, error);
	Reader reader = { .globs = globs };

	if (ts == NULL)
		return NULL;
	reader.inventory = kp_inventory_new();
	kp_rpmdb_tied(ts, RPMDBI_PROVIDENAME, add_kernel, &reader);
	kp_rpmdb_tied(ts, RPMDBI_REQUIRENAME, add_patch, &reader);
	rpmtsFree(ts);
	return reader.inventory;
}
