/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dnf's $releasever is: it asks the package that says which distribution this is. */
#include <rpm/rpmdb.h>
#include <string.h>

#include "package/releasever.h"
#include "package/rpmdb.h"
#include "package/tags.h"

/* The version of the package that provides @name, or the one that it provides it in. */
static char *version_of_provider(rpmts ts, const char *name)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_PROVIDENAME, name, 0);
	Header header = rpmdbNextIterator(found);
	char *version = header != NULL ? kp_tag_provided(header, name) : NULL;

	if (version != NULL)
		version[strcspn(version, "-")] = '\0';
	else if (header != NULL)
		version = kp_tag_text(header, RPMTAG_VERSION);
	rpmdbFreeIterator(found);
	return version;
}

/* As dnf finds $releasever, in its order. */
static char *find(rpmts ts)
{
	static const char *const names[] = {
		"system-release(releasever)", "system-release", "distribution-release(releasever)",
		"distribution-release", "redhat-release", "suse-release",
	};
	char *version = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(names) && version == NULL; i++)
		version = version_of_provider(ts, names[i]);
	return version;
}

char *kp_releasever_read(const char *root, const char *rpmdb)
{
	rpmts ts = kp_rpmdb_look(root, rpmdb, NULL);
	char *version;

	if (ts == NULL)
		return NULL;
	version = find(ts);
	rpmtsFree(ts);
	return version;
}
