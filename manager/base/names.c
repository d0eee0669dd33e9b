/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/names.h"

#include <string.h>

char *kp_name_canonical(const char *spelling)
{
	char *name = g_path_get_basename(spelling);

	if (g_str_has_suffix(name, ".ko"))
		name[strlen(name) - strlen(".ko")] = '\0';
	return g_strdelimit(name, "-", '_');
}

gboolean kp_name_equal(const char *a, const char *b)
{
	g_autofree char *left = kp_name_canonical(a);
	g_autofree char *right = kp_name_canonical(b);

	return g_str_equal(left, right);
}

int kp_version_compare(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strverscmp(a, b);
}

gboolean kp_kver_valid(const char *word)
{
	/* longest release that utsname(2) can carry */
	gsize length = strlen(word);

	if (length == 0 || length > 64 || word[0] == '.')
		return FALSE;
	return strspn(word, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789.-_+~") == length;
}
