/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <string.h>

/* In the order of gcc's clone_function_name(): ".cold" had no number since 9. */
static const struct {
	const char *text;
	gboolean numbered;	/* the number must be there */
	gboolean piece;
} suffix_table[] = {
	{ ".part", TRUE, TRUE },
	{ ".isra", TRUE, FALSE },
	{ ".constprop", TRUE, FALSE },
	{ ".cold", FALSE, TRUE },
};

static gsize number_length(const char *text)
{
	gsize digits = text[0] == '.' ? strspn(text + 1, "0123456789") : 0;

	return digits > 0 ? digits + 1 : 0;
}

/* The length of the suffix that @text begins with, 0 if with none; its row. */
static gsize suffix_length(const char *text, gsize *row)
{
	for (gsize i = 0; i < G_N_ELEMENTS(suffix_table); i++) {
		gsize length = strlen(suffix_table[i].text), number;

		if (strncmp(text, suffix_table[i].text, length) != 0)
			continue;
		number = number_length(text + length);
		if (number == 0 && suffix_table[i].numbered)
			continue;
		*row = i;
		return length + number;
	}
	return 0;
}

/* Nothing but suffixes in @text, at least one; the row of the last one. */
static gboolean all_suffixes(const char *text, gsize *last)
{
	gsize length;

	for (const char *at = text; *at != '\0'; at += length) {
		length = suffix_length(at, last);
		if (length == 0)
			return FALSE;
	}
	return *text != '\0';
}

static gsize find_base(const char *name, gsize *last)
{
	for (const char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
		if (dot > name && all_suffixes(dot, last))
			return (gsize)(dot - name);
	return 0;
}

gsize kp_clone_base(const char *name)
{
	gsize last;

	return find_base(name, &last);
}

char *kp_clone_base_name(const char *name)
{
	gsize length = kp_clone_base(name);

	return length > 0 ? g_strndup(name, length) : g_strdup(name);
}

gboolean kp_clone_is_cold(const char *name)
{
	gsize last;

	return find_base(name, &last) > 0 && g_str_equal(suffix_table[last].text, ".cold");
}

gboolean kp_clone_is_piece(const char *name)
{
	gsize last;

	return find_base(name, &last) > 0 && suffix_table[last].piece;
}

char *kp_plain_text(const char *text)
{
	char *plain = g_utf8_make_valid(text, -1);

	for (char *at = plain; *at != '\0'; at++)
		if (g_ascii_iscntrl(*at))
			*at = '?';
	return plain;
}
