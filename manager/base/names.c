/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/names.h"

#include <fnmatch.h>
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

gboolean kp_name_matches(const char *name, const char *const *globs)
{
	for (; *globs != NULL; globs++)
		if (fnmatch(*globs, name, 0) == 0)
			return TRUE;
	return FALSE;
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

/* U+0080 to U+009F control a terminal as much as those below the blank do, and the
 * marks for right-to-left text make one name look like another. */
static gboolean is_printable(gunichar c)
{
	return c != (gunichar)-1 && c != (gunichar)-2 &&
	       g_unichar_isprint(c) && g_unichar_type(c) != G_UNICODE_FORMAT;
}

/* @kept: characters that stay although they are none to print. */
static char *printable(const char *text, const char *kept)
{
	GString *clean = g_string_new(NULL);

	while (*text != '\0') {
		gunichar c = g_utf8_get_char_validated(text, -1);
		const char *next = is_printable(c) || strchr(kept, *text) != NULL ?
				   g_utf8_next_char(text) : NULL;

		if (next != NULL) {
			g_string_append_len(clean, text, next - text);
			text = next;
		} else {
			g_string_append_printf(clean, "\\x%02x", (guchar)*text++);
		}
	}
	return g_string_free(clean, FALSE);
}

char *kp_text_printable(const char *text)
{
	return printable(text, "");
}

char *kp_text_lines(const char *text)
{
	return printable(text, "\n\t");
}

/* RFC 8259, 7: beyond U+FFFF as a surrogate pair */
static void append_escaped(GString *json, gunichar c)
{
	if (c > 0xffff) {
		g_string_append_printf(json, "\\u%04x", 0xd800 + ((c - 0x10000) >> 10));
		c = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	g_string_append_printf(json, "\\u%04x", c);
}

/* Outside of strings JSON has ASCII alone. */
char *kp_text_json(const char *json)
{
	g_autofree char *valid = g_utf8_make_valid(json, -1);
	GString *clean = g_string_new(NULL);

	for (const char *next = valid; *next != '\0'; next = g_utf8_next_char(next)) {
		gunichar c = g_utf8_get_char(next);

		if (c == '\n' || is_printable(c))
			g_string_append_unichar(clean, c);
		else
			append_escaped(clean, c);
	}
	return g_string_free(clean, FALSE);
}
