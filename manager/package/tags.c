/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/tags.h"

#include <rpm/rpmtd.h>
#include <stdlib.h>

#include "base/cve.h"

char *kp_tag_text(Header header, rpmTagVal tag)
{
	char *text = headerGetAsString(header, tag);
	char *copy = g_strdup(text != NULL ? text : "");

	free(text);
	return copy;
}

/* librpm has the epoch in it whenever the package says one, also if that is 0. */
char *kp_tag_evr(Header header)
{
	g_autofree char *evr = kp_tag_text(header, RPMTAG_EVR);

	return g_strdup(g_str_has_prefix(evr, "0:") ? evr + 2 : evr);
}

gboolean kp_tag_has_tie(Header header, rpmTagVal tag)
{
	struct rpmtd_s names;
	gboolean found = FALSE;
	const char *name;

	if (!headerGet(header, tag, &names, HEADERGET_MINMEM))
		return FALSE;
	while (!found && (name = rpmtdNextString(&names)) != NULL)
		found = g_str_equal(name, KP_TIE);
	rpmtdFreeData(&names);
	return found;
}

/* A kernel provides thousands of names: no copy is made of them. */
static char *version_of(Header header, rpmTagVal names, rpmTagVal versions, const char *wanted)
{
	struct rpmtd_s name_list, version_list;
	char *found = NULL;

	if (!headerGet(header, names, &name_list, HEADERGET_MINMEM))
		return NULL;
	if (headerGet(header, versions, &version_list, HEADERGET_MINMEM)) {
		while (found == NULL && rpmtdNext(&name_list) >= 0) {
			const char *version = rpmtdNextString(&version_list);
			const char *name = rpmtdGetString(&name_list);

			if (version != NULL && *version != '\0' && g_str_equal(name, wanted))
				found = g_strdup(version);
		}
		rpmtdFreeData(&version_list);
	}
	rpmtdFreeData(&name_list);
	return found;
}

char *kp_tag_provided(Header header, const char *name)
{
	return version_of(header, RPMTAG_PROVIDENAME, RPMTAG_PROVIDEVERSION, name);
}

char *kp_tag_required(Header header, const char *name)
{
	return version_of(header, RPMTAG_REQUIRENAME, RPMTAG_REQUIREVERSION, name);
}

char *kp_tag_tie(Header header)
{
	char *tie = kp_tag_required(header, KP_TIE);
	g_autofree char *release = NULL, *arch = NULL;

	if (tie != NULL)
		return tie;
	release = kp_tag_required(header, KP_OLD_TIE);
	arch = kp_tag_text(header, RPMTAG_ARCH);
	return release != NULL ? g_strdup_printf("%s.%s", release, arch) : NULL;
}

GHashTable *kp_tag_fixed_cves(Header header)
{
	GHashTable *fixed = kp_cve_set_new();
	g_autoptr(GHashTable) reverted = kp_cve_set_new();
	struct rpmtd_s texts;
	const char *text;

	/* rpmbuild wants the newest first */
	if (!headerGet(header, RPMTAG_CHANGELOGTEXT, &texts, HEADERGET_MINMEM))
		return fixed;
	while ((text = rpmtdNextString(&texts)) != NULL)
		kp_cve_scan_changelog(text, fixed, reverted);
	rpmtdFreeData(&texts);
	return fixed;
}
