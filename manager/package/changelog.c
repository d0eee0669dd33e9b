/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CVEs that the changelogs of installed kernels and patches mention. */
#include <rpm/header.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmtd.h>
#include <stdlib.h>

#include "base/cve.h"
#include "base/inventory.h"
#include "package/rpmdb.h"

static GHashTable *scan_changelog(Header header)
{
	GHashTable *set = kp_cve_set_new();
	struct rpmtd_s texts;
	const char *text;

	if (!headerGet(header, RPMTAG_CHANGELOGTEXT, &texts, HEADERGET_MINMEM))
		return set;
	while ((text = rpmtdNextString(&texts)) != NULL)
		kp_cve_scan_changelog(text, set);
	rpmtdFreeData(&texts);
	return set;
}

static void read_index(GHashTable *changelogs, rpmts ts, rpmDbiTagVal index)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, index, KP_TIE, 0);
	Header header;

	while ((header = rpmdbNextIterator(found)) != NULL) {
		char *package = headerGetAsString(header, RPMTAG_NEVRA);

		if (package != NULL && !g_hash_table_contains(changelogs, package))
			g_hash_table_insert(changelogs, g_strdup(package), scan_changelog(header));
		free(package);
	}
	rpmdbFreeIterator(found);
}

GHashTable *kp_changelogs_read(const char *root, const char *rpmdb, GError **error)
{
	rpmts ts = kp_rpmdb_look(root, rpmdb, error);
	GHashTable *changelogs;

	if (ts == NULL)
		return NULL;
	changelogs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify)g_hash_table_unref);
	read_index(changelogs, ts, RPMDBI_PROVIDENAME);
	read_index(changelogs, ts, RPMDBI_REQUIRENAME);
	rpmtsFree(ts);
	return changelogs;
}
