/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source: the specification of TOML 1.0. No value that is understood goes over a line
 * end, so that a line is a unit. */
#include "package/toml.h"

#include <string.h>

#include "base/error.h"

#define BLANKS " \t"
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

struct parser {
	GPtrArray *tables;
	KpTomlTable *table;	/* the one that lines go to */
	guint line;
};

static void table_free(gpointer data)
{
	KpTomlTable *table = data;

	g_free(table->name);
	g_hash_table_unref(table->values);
	g_free(table);
}

static gboolean bad_line(const struct parser *parser, const char *what, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "line %u: %s", parser->line, what);
	return FALSE;
}

static void begin(struct parser *parser, const char *name, gsize length)
{
	KpTomlTable *table = g_new0(KpTomlTable, 1);

	table->name = g_strndup(name, length);
	table->line = parser->line;
	table->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_ptr_array_add(parser->tables, table);
	parser->table = table;
}

/* Nothing, or a comment. */
static gboolean is_end(const char *at)
{
	at += strspn(at, BLANKS);
	return *at == '\0' || *at == '#';
}

static gboolean take_header(struct parser *parser, const char *at, GError **error)
{
	gsize length = g_str_has_prefix(at, "[[") ? strspn(at + 2, NAME_CHARS ".") : 0;

	if (length == 0 || !g_str_has_prefix(at + 2 + length, "]]") ||
	    !is_end(at + 2 + length + 2))
		return bad_line(parser, "not a table like [[packages]]", error);
	begin(parser, at + 2, length);
	return TRUE;
}

static const struct { char letter, means; } escapes[] = {
	{ 'b', '\b' }, { 't', '\t' }, { 'n', '\n' }, { 'f', '\f' }, { 'r', '\r' },
	{ '"', '"' }, { '\\', '\\' },
};

/* \uXXXX and \UXXXXXXXX, behind the backslash. FALSE: it is no character. */
static gboolean take_code(const char **at, GString *value)
{
	guint digits = **at == 'u' ? 4 : 8;
	gunichar code = 0;

	for (guint i = 1; i <= digits; i++) {
		int digit = g_ascii_xdigit_value((*at)[i]);

		if (digit < 0)
			return FALSE;
		code = code << 4 | (guint)digit;
	}
	if (code == 0 || !g_unichar_validate(code))
		return FALSE;
	g_string_append_unichar(value, code);
	*at += digits + 1;
	return TRUE;
}

/* What a backslash means, behind which @at is. */
static gboolean take_escape(const char **at, GString *value)
{
	if (**at == 'u' || **at == 'U')
		return take_code(at, value);
	for (gsize i = 0; i < G_N_ELEMENTS(escapes); i++) {
		if (**at != escapes[i].letter)
			continue;
		g_string_append_c(value, escapes[i].means);
		(*at)++;
		return TRUE;
	}
	return FALSE;
}

/* "basic", with escapes, or 'literal', without; @at is behind it then. NULL: neither. */
static char *take_string(const char **at)
{
	g_autoptr(GString) value = g_string_new(NULL);
	char quote = **at;

	if (quote != '"' && quote != '\'')
		return NULL;
	(*at)++;
	while (**at != quote) {
		if (**at == '\0')
			return NULL;
		if (quote == '"' && **at == '\\') {
			(*at)++;
			if (!take_escape(at, value))
				return NULL;
			continue;
		}
		g_string_append_c(value, **at);
		(*at)++;
	}
	(*at)++;
	return g_string_free(g_steal_pointer(&value), FALSE);
}

static gboolean take_pair(struct parser *parser, const char *at, GError **error)
{
	gsize length = strspn(at, NAME_CHARS);
	g_autofree char *key = g_strndup(at, length);
	g_autofree char *value = NULL;

	at += length;
	at += strspn(at, BLANKS);
	if (length == 0 || *at != '=')
		return bad_line(parser, "not a key, '=' and a text in quotation marks", error);
	at++;
	at += strspn(at, BLANKS);
	value = take_string(&at);
	if (value == NULL || !is_end(at))
		return bad_line(parser, "the value is not one text in quotation marks", error);
	if (g_hash_table_contains(parser->table->values, key))
		return bad_line(parser, "a key that is said twice", error);
	g_hash_table_insert(parser->table->values, g_steal_pointer(&key), g_steal_pointer(&value));
	return TRUE;
}

static gboolean take_line(struct parser *parser, char *text, GError **error)
{
	const char *at = text;

	if (g_str_has_suffix(text, "\r"))
		text[strlen(text) - 1] = '\0';
	for (const char *c = text; *c != '\0'; c++)
		if (g_ascii_iscntrl(*c) && *c != '\t')
			return bad_line(parser, "a control character", error);
	at += strspn(at, BLANKS);
	if (is_end(at))
		return TRUE;
	return *at == '[' ? take_header(parser, at, error) : take_pair(parser, at, error);
}

static gboolean take_text(struct parser *parser, char *text, GError **error)
{
	char *next;

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

GPtrArray *kp_toml_parse(const char *text, gsize size, GError **error)
{
	g_autofree char *copy = g_strndup(text, size);
	g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func(table_free);
	struct parser parser = { .tables = tables };

	/* zero bytes are no part of it, either */
	if (!g_utf8_validate(text, (gssize)size, NULL)) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG, "it is not UTF-8");
		return NULL;
	}
	begin(&parser, "", 0);
	return take_text(&parser, copy, error) ? g_steal_pointer(&tables) : NULL;
}
