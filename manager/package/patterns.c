/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/patterns.h"

#include <fnmatch.h>
#include <string.h>

#include "base/release.h"

gboolean kp_patterns_match(const char *const *patterns, const char *name, const char *evr,
			   const char *arch)
{
	const char *vr = kp_release_without_epoch(evr);
	g_autofree char *version = g_strndup(vr, strcspn(vr, "-"));
	g_autofree char *epoch = vr != evr ? g_strndup(evr, (gsize)(vr - evr)) : g_strdup("0:");
	char *spellings[] = {
		g_strdup(name),
		g_strdup_printf("%s.%s", name, arch),
		g_strdup_printf("%s-%s", name, version),
		g_strdup_printf("%s-%s", name, vr),
		g_strdup_printf("%s-%s.%s", name, vr, arch),
		g_strdup_printf("%s-%s%s", name, epoch, vr),
		g_strdup_printf("%s-%s%s.%s", name, epoch, vr, arch),
		g_strdup_printf("%s%s-%s.%s", epoch, name, vr, arch),
	};
	gboolean found = FALSE;

	for (; patterns != NULL && *patterns != NULL && !found; patterns++)
		for (gsize i = 0; i < G_N_ELEMENTS(spellings) && !found; i++)
			found = fnmatch(*patterns, spellings[i], 0) == 0;
	for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++)
		g_free(spellings[i]);
	return found;
}
