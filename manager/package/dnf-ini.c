/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/dnf-ini.h"

#include <string.h>

#include "base/error.h"

#define BLANKS " \t\r"

struct parser {
	GPtrArray *sections;
	GHashTable *by_name;
	KpIniSection *section;	/* the one that lines go to */
	char *key;		/* the last one, for lines that go on */
	guint line;
};

static void section_free(gpointer data)
{
	KpIniSection *section = data;

	g_free(section->name);
	g_hash_table_unref(section->values);
	g_free(section);
}

GPtrArray *kp_ini_sections_new(void)
{
	return g_ptr_array_new_with_free_func(section_free);
}

KpIniSection *kp_ini_section_add(GPtrArray *sections, const char *name)
{
	KpIniSection *section = g_new0(KpIniSection, 1);

	section->name = g_strdup(name);
	section->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_ptr_array_add(sections, section);
	return section;
}

static gboolean bad_line(const struct parser *parser, const char *what, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "line %u: %s", parser->line, what);
	return FALSE;
}

static void enter(struct parser *parser, const char *name)
{
	KpIniSection *section = g_hash_table_lookup(parser->by_name, name);

	if (section == NULL) {
		section = kp_ini_section_add(parser->sections, name);
		g_hash_table_insert(parser->by_name, section->name, section);
	}
	parser->section = section;
	g_clear_pointer(&parser->key, g_free);
}

static gboolean take_header(struct parser *parser, char *text, GError **error)
{
	char *end = strchr(text, ']');
	const char *rest;

	if (end == NULL)
		return bad_line(parser, "']' is missing", error);
	rest = end + 1 + strspn(end + 1, BLANKS);
	if (*rest != '\0' && *rest != '#' && *rest != ';')
		return bad_line(parser, "text after ']'", error);
	*end = '\0';
	if (text[1] == '\0')
		return bad_line(parser, "a section without a name", error);
	enter(parser, text + 1);
	return TRUE;
}

static gboolean take_more(struct parser *parser, const char *text, GError **error)
{
	const char *old;

	if (parser->key == NULL)
		return bad_line(parser, "an indented line, but no key above it", error);
	old = g_hash_table_lookup(parser->section->values, parser->key);
	if (strlen(old) + strlen(text) > KP_INI_MAX)
		return bad_line(parser, "a value without end", error);
	g_hash_table_insert(parser->section->values, g_strdup(parser->key),
			    g_strconcat(old, "\n", text, NULL));
	return TRUE;
}

static gboolean take_pair(struct parser *parser, char *text, GError **error)
{
	char *equals = strchr(text, '=');

	if (equals == NULL)
		return bad_line(parser, "'=' is missing", error);
	*equals = '\0';
	g_strchomp(text);
	if (*text == '\0')
		return bad_line(parser, "a value without a key", error);
	g_free(parser->key);
	parser->key = g_strdup(text);
	g_hash_table_insert(parser->section->values, g_strdup(text),
			    g_strdup(equals + 1 + strspn(equals + 1, BLANKS)));
	return TRUE;
}

/* @text has no line end, and its first column is that of the file. */
static gboolean take_line(struct parser *parser, char *text, GError **error)
{
	gsize indent = strspn(text, BLANKS);

	/* behind these no value goes on; behind a line of blanks it may */
	if (*text == '#' || *text == ';' || *text == '\0') {
		g_clear_pointer(&parser->key, g_free);
		return TRUE;
	}
	if (text[indent] == '\0')
		return TRUE;
	g_strchomp(text);
	if (text[indent] == '[')
		return take_header(parser, text + indent, error);
	if (parser->section == NULL)
		return bad_line(parser, "comes before the first [section]", error);
	if (indent > 0)
		return take_more(parser, text + indent, error);
	return take_pair(parser, text, error);
}

static gboolean take_text(struct parser *parser, char *text, GError **error)
{
	char *next;

	if (g_str_has_prefix(text, "\xef\xbb\xbf"))	/* a byte order mark */
		text += 3;
	for (; text != NULL; text = next) {
		next = strchr(text, '\n');
		if (next != NULL)
			*next++ = '\0';
		parser->line++;
		if (!take_line(parser, text, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean is_quoted(const char *value, gsize length)
{
	return length > 1 && (*value == '"' || *value == '\'') && value[length - 1] == *value;
}

/* Quotes are around a value as a whole, whatever is in it: of "a" "b" the outer ones go. */
static void unquote(const GPtrArray *sections)
{
	for (guint i = 0; i < sections->len; i++) {
		const KpIniSection *section = g_ptr_array_index(sections, i);
		GHashTableIter iter;
		gpointer value;

		g_hash_table_iter_init(&iter, section->values);
		while (g_hash_table_iter_next(&iter, NULL, &value)) {
			gsize length = strlen(value);

			if (is_quoted(value, length))
				g_hash_table_iter_replace(&iter, g_strndup((char *)value + 1,
									   length - 2));
		}
	}
}

GPtrArray *kp_ini_parse(const char *text, gsize size, GError **error)
{
	g_autofree char *copy = g_strndup(text, size);
	g_autoptr(GPtrArray) sections = kp_ini_sections_new();
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	struct parser parser = { .sections = sections, .by_name = by_name };
	gboolean ok;

	if (memchr(text, '\0', size) != NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG,
				    "it has bytes of zero: this is no text");
		return NULL;
	}
	ok = take_text(&parser, copy, error);
	g_free(parser.key);
	unquote(sections);
	return ok ? g_steal_pointer(&sections) : NULL;
}

const KpIniSection *kp_ini_section(const GPtrArray *sections, const char *name)
{
	for (guint i = 0; i < sections->len; i++) {
		const KpIniSection *section = g_ptr_array_index(sections, i);

		if (g_str_equal(section->name, name))
			return section;
	}
	return NULL;
}
