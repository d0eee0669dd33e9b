/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/release.h"

#include <string.h>

#include "base/version.h"

const char *kp_release_without_epoch(const char *evr)
{
	const char *colon = strchr(evr, ':');

	return colon != NULL ? colon + 1 : evr;
}

/* A suffix that begins with a digit may be a newer release: 1-2.1 is not 1-2. */
gboolean kp_release_same(const char *version, const char *evr)
{
	const char *release = kp_release_without_epoch(evr), *dash = strrchr(release, '-');
	gboolean same = kp_version_compare(version, release) == 0;

	for (const char *dot = dash != NULL ? strchr(dash, '.') : NULL; dot != NULL && !same;
	     dot = strchr(dot + 1, '.')) {
		g_autofree char *bare = g_strndup(release, (gsize)(dot - release));

		same = g_ascii_isalpha(dot[1]) && kp_version_compare(version, bare) == 0;
	}
	return same;
}

gboolean kp_release_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL || !kp_version_says(a) || !kp_version_says(b))
		return g_strcmp0(a, b) == 0;
	return kp_release_same(a, b) || kp_release_same(b, a);
}

/* How many words at the beginning of @words are those of @kernel; 0 unless these are
 * all up to the first that is no number: the distribution's, or the flavour's. */
static guint words_of_kernel(char **words, char **kernel)
{
	guint same = 0, needed = 0;

	while (kernel[needed] != NULL && g_ascii_isdigit(*kernel[needed]))
		needed++;
	while (words[same] != NULL && kernel[same] != NULL && g_str_equal(words[same], kernel[same]))
		same++;
	return needed > 0 && same >= needed ? same : 0;
}

/* The last number is the release, with the name of a distribution behind it if there is
 * one; what is before that is the version. */
static char *join(char **words)
{
	guint last = g_strv_length(words);
	g_autofree char *version = NULL, *release = NULL;
	char *first_of_release;

	while (last > 0 && !g_ascii_isdigit(*words[last - 1]))
		last--;
	if (last < 2 || !g_ascii_isdigit(*words[0]))
		return NULL;
	last--;
	release = g_strjoinv(".", words + last);
	first_of_release = g_steal_pointer(&words[last]);
	version = g_strjoinv(".", words);
	words[last] = first_of_release;
	return g_strdup_printf("%s-%s", version, release);
}

char *kp_release_in_name(const char *name, const char *kver)
{
	static const char prefix[] = "kpatch_";
	g_autofree char *flat = g_strdelimit(g_strdup(kver), ".-+~", '_');
	g_auto(GStrv) kernel = g_strsplit(flat, "_", -1), words = NULL, rest = NULL;
	guint skipped;

	if (!g_str_has_prefix(name, prefix))
		return NULL;
	words = g_strsplit(name + strlen(prefix), "_", -1);
	skipped = words_of_kernel(words, kernel);
	if (skipped == 0)
		return NULL;
	rest = g_strdupv(words + skipped);
	return join(rest);
}
