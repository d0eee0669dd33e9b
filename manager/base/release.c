/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/release.h"

#include <string.h>

const char *kp_release_without_epoch(const char *evr)
{
	const char *colon = strchr(evr, ':');

	return colon != NULL ? colon + 1 : evr;
}

/* A suffix that begins with a digit may be a newer release: 1-2.1 is not 1-2. */
gboolean kp_release_same(const char *version, const char *evr)
{
	const char *release = kp_release_without_epoch(evr);
	gsize length = strlen(version);

	if (strncmp(release, version, length) != 0)
		return FALSE;
	release += length;
	return *release == '\0' || (*release == '.' && g_ascii_isalpha(release[1]));
}
