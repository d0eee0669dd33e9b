/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Installed kernels and patch packages, asked from the package database by
 * its indexes: only the packages that matter are ever read. */
#include <rpm/rpmdb.h>

#include "base/inventory.h"
#include "base/names.h"
#include "package/files.h"
#include "package/header.h"
#include "package/header-names.h"
#include "package/rpmdb.h"
#include "package/tags.h"

typedef struct {
	KpInventory *inventory;
	const char *const *globs;
} Reader;

static void add_kernel(Header header, unsigned int offset, gpointer user)
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

static void add_modules(Header header, KpInvPatch *patch)
{
	g_autoptr(GPtrArray) files = kp_header_files(header);

	for (guint i = 0; i < files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(files, i);
		gboolean known = g_strcmp0(file->algorithm, "sha256") == 0;

		if (kp_file_can_be_checked(file))
			g_ptr_array_add(patch->modules,
					kp_inv_module_new(file->path, known ? file->digest : NULL));
	}
}

static void add_patch(Header header, unsigned int offset, gpointer user)
{
	const Reader *reader = user;
	g_autofree char *name = kp_tag_text(header, RPMTAG_NAME);
	KpInvPatch *patch;

	if (!kp_name_matches(name, reader->globs))
		return;
	patch = kp_inv_patch_new();
	patch->name = g_steal_pointer(&name);
	patch->package = kp_tag_text(header, RPMTAG_NEVRA);
	patch->evr = kp_tag_text(header, RPMTAG_EVR);
	patch->uname_r = kp_tag_tie(header);
	patch->kver = kp_header_patched_kernel(header);
	patch->until = kp_tag_provided(header, KP_UNTIL_PROVIDE);
	patch->installed = (gint64)headerGetNumber(header, RPMTAG_INSTALLTIME);
	add_modules(header, patch);
	g_ptr_array_add(reader->inventory->patches, patch);
}

/* The package that is called @name, or NULL. Caller frees. */
static char *find_name(rpmts ts, const char *name)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_NAME, name, 0);
	Header header = rpmdbNextIterator(found);
	char *package = header != NULL ? kp_tag_text(header, RPMTAG_NEVRA) : NULL;

	rpmdbFreeIterator(found);
	return package;
}

/* Tools whose reports and pages are about live patches only where a package of that
 * name is installed. */
static void add_askers(rpmts ts, KpInventory *inventory)
{
	static const char *const askers[] = { "sos", "cockpit-packagekit" };

	inventory->kpatch = find_name(ts, "kpatch");
	for (gsize i = 0; i < G_N_ELEMENTS(askers); i++) {
		g_autofree char *package = find_name(ts, askers[i]);

		if (package != NULL)
			g_ptr_array_add(inventory->askers, g_strdup(askers[i]));
	}
}

KpInventory *kp_inventory_read(const char *root, const char *rpmdb,
			       const char *const *globs, GError **error)
{
	rpmts ts = kp_rpmdb_look(root, rpmdb, error);
	Reader reader = { .globs = globs };

	if (ts == NULL)
		return NULL;
	reader.inventory = kp_inventory_new();
	kp_rpmdb_kernels(ts, add_kernel, &reader);
	kp_rpmdb_patches(ts, add_patch, &reader);
	add_askers(ts, reader.inventory);
	rpmtsFree(ts);
	return reader.inventory;
}
