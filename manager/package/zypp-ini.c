/* SPDX-License-Identifier: GPL-2.0-or-later */
/* *.repo files and zypp.conf as libzypp reads them, which is not what dnf makes of the same
 * text: quotes are part of a value, blanks in front of a line mean nothing, comments stand
 * anywhere, and a list goes on over all lines that set nothing. Compared with zypper by
 * tests/package/update/49-zypper-alike.sh. */
#include <string.h>

#include "base/error.h"
#include "package/zypp.h"

#define BLANKS " \t\r\v\f"
#define SEPARATORS BLANKS ","
#define NOT_IN_KEYS ":/?|,\\"	/* behind one of these, = belongs to a URL */

struct parser {
	GPtrArray *sections;
	GHashTable *by_name;
	KpIniSection *section;	/* the one that lines go to */
	const char *list;	/* the key that lines may go on with, or NULL */
};

static void enter(struct parser *parser, const char *name)
{
	parser->section = g_hash_table_lookup(parser->by_name, name);
	if (parser->section != NULL)
		return;
	parser->section = kp_ini_section_add(parser->sections, name);
	g_hash_table_insert(parser->by_name, parser->section->name, parser->section);
}

/* @key as a word that stays, if it is one of those whose values are lists; else NULL. */
static const char *list_key(const char *key)
{
	static const char *const keys[] = { "baseurl", "gpgkey", "mirrorlist", "metalink" };

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_equal(keys[i], key))
			return keys[i];
	return NULL;
}

/* Appends the words of @text to @list, each a line. Blanks are between them, with commas or
 * without; a comma alone is part of a URL. */
static void add_words(GString *list, const char *text)
{
	while (*text != '\0') {
		gsize plain = strcspn(text, SEPARATORS);
		gsize run = strspn(text + plain, SEPARATORS);
		gboolean ends = strcspn(text + plain, BLANKS) < run;

		g_string_append_len(list, text, (gssize)(ends ? plain : plain + run));
		if (ends && list->len > 0 && list->str[list->len - 1] != '\n')
			g_string_append_c(list, '\n');
		text += plain + run;
	}
}

static gboolean take_words(struct parser *parser, const char *text, GError **error)
{
	const char *before = g_hash_table_lookup(parser->section->values, parser->list);
	GString *list = g_string_new(before);

	if (list->len > 0)
		g_string_append_c(list, '\n');
	add_words(list, text);
	if (list->len > 0 && list->str[list->len - 1] == '\n')
		g_string_truncate(list, list->len - 1);
	if (list->len > KP_ZYPP_LIST_MAX) {
		g_string_free(list, TRUE);
		g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG, "a list without end");
		return FALSE;
	}
	g_hash_table_insert(parser->section->values, g_strdup(parser->list),
			    g_string_free(list, FALSE));
	return TRUE;
}

static gboolean take_pair(struct parser *parser, char *text, char *equals, GError **error)
{
	const char *value = equals + 1 + strspn(equals + 1, BLANKS);

	*equals = '\0';
	g_strchomp(text);
	parser->list = list_key(text);
	if (parser->list != NULL)
		return take_words(parser, value, error);
	g_hash_table_insert(parser->section->values, g_strdup(text), g_strdup(value));
	return TRUE;
}

/* @text is stripped. */
static gboolean take_line(struct parser *parser, char *text, GError **error)
{
	char *end = *text == '[' ? strrchr(text, ']') : NULL;
	char *equals = strchr(text, '=');

	if (*text == '\0' || *text == '#' || *text == ';')
		return TRUE;
	if (end != NULL) {
		*end = '\0';
		enter(parser, text + 1);
		return TRUE;
	}
	if (*text == '[') {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG, "']' is missing");
		return FALSE;
	}
	if (equals != NULL && strcspn(text, NOT_IN_KEYS) > (gsize)(equals - text))
		return take_pair(parser, text, equals, error);
	if (parser->list != NULL)
		return take_words(parser, text, error);
	g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG, "'=' is missing");
	return FALSE;
}

static gboolean take_text(struct parser *parser, char *text, GError **error)
{
	guint line = 0;
	char *next;

	enter(parser, "");
	for (; text != NULL; text = next) {
		next = strchr(text, '\n');
		if (next != NULL)
			*next++ = '\0';
		line++;
		if (!take_line(parser, g_strstrip(text), error)) {
			g_prefix_error(error, "line %u: ", line);
			return FALSE;
		}
	}
	return TRUE;
}

GPtrArray *kp_zypp_parse(const char *text, gsize size, GError **error)
{
	g_autofree char *copy = g_strndup(text, size);
	g_autoptr(GPtrArray) sections = kp_ini_sections_new();
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	struct parser parser = { .sections = sections, .by_name = by_name };

	if (memchr(text, '\0', size) != NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG,
				    "it has bytes of zero: this is no text");
		return NULL;
	}
	if (!take_text(&parser, copy, error))
		return NULL;
	/* what stands above the first section is nobody's */
	g_ptr_array_remove_index(sections, 0);
	return g_steal_pointer(&sections);
}
