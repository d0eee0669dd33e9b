/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CVEs that the changelogs of installed kernels and patches mention. */
#include <rpm/rpmdb.h>

#include "base/inventory.h"
#include "package/rpmdb.h"
#include "package/tags.h"

static void take(Header header, unsigned int offset, gpointer user)
{
	g_hash_table_replace(user, kp_tag_text(header, RPMTAG_NEVRA), kp_tag_fixed_cves(header));
}

GHashTable *kp_changelogs_read(const char *root, const char *rpmdb, GError **error)
{
	rpmts ts = kp_rpmdb_look(root, rpmdb, error);
	GHashTable *changelogs;

	if (ts == NULL)
		return NULL;
	changelogs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify)g_hash_table_unref);
	kp_rpmdb_kernels(ts, take, changelogs);
	kp_rpmdb_patches(ts, take, changelogs);
	rpmtsFree(ts);
	return changelogs;
}
