/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/revocations.h"

#include <string.h>

#include "base/error.h"

#define SHA256_HEX 64

void kp_revocations_free(KpRevocations *list)
{
	if (list == NULL)
		return;
	g_ptr_array_unref(list->digests);
	g_free(list);
}

static gboolean wrong(GError **error, const char *problem)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG, problem);
	return FALSE;
}

static gboolean parse_serial(KpRevocations *list, char *value, GError **error)
{
	guint64 number;

	if (list->serial >= 0)
		return wrong(error, "the serial is given twice");
	if (!g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT64, &number, NULL))
		return wrong(error, "the serial must be a whole number");
	list->serial = (gint64)number;
	return TRUE;
}

static gboolean parse_expires(KpRevocations *list, char *value, GError **error)
{
	g_autofree char *full = g_strconcat(value, "T00:00:00Z", NULL);
	g_autoptr(GDateTime) date = NULL;

	if (list->expires >= 0)
		return wrong(error, "the date is given twice");
	date = g_date_time_new_from_iso8601(strchr(value, 'T') != NULL ? value : full, NULL);
	if (date == NULL || g_date_time_to_unix(date) < 0)
		return wrong(error, "the date must be like 2027-01-31 or 2027-01-31T12:00:00Z");
	list->expires = g_date_time_to_unix(date);
	return TRUE;
}

/* What follows the digest is for people: a file's name, a reason. */
static gboolean parse_digest(KpRevocations *list, char *value, GError **error)
{
	gsize size = strspn(value, "0123456789abcdefABCDEF");

	if (size != SHA256_HEX || (value[size] != '\0' && value[size] != ' '))
		return wrong(error, "a digest must have 64 hexadecimal digits, as sha256sum prints");
	g_ptr_array_add(list->digests, g_ascii_strdown(value, SHA256_HEX));
	return TRUE;
}

static const struct {
	const char *key;
	gboolean (*parse)(KpRevocations *list, char *value, GError **error);
} line_table[] = {
	{ "serial ", parse_serial },
	{ "expires ", parse_expires },
	{ "sha256 ", parse_digest },
};

static gboolean parse_line(KpRevocations *list, char *line, GError **error)
{
	if (*line == '\0' || *line == '#')
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(line_table); i++)
		if (g_str_has_prefix(line, line_table[i].key))
			return line_table[i].parse(list, line + strlen(line_table[i].key), error);
	return wrong(error, "a line begins with serial, expires, sha256 or #");
}

static gboolean parse_lines(KpRevocations *list, char **lines, GError **error)
{
	for (guint i = 1; lines[i] != NULL; i++) {
		if (parse_line(list, lines[i], error))
			continue;
		g_prefix_error(error, "line %u: ", i + 1);
		return FALSE;
	}
	if (list->serial < 0)
		return wrong(error, "it has no serial");
	if (list->expires < 0)
		return wrong(error, "it does not say when it expires");
	return TRUE;
}

KpRevocations *kp_revocations_parse(const char *text, gsize size, GError **error)
{
	g_autoptr(KpRevocations) list = g_new0(KpRevocations, 1);
	g_autofree char *copy = NULL;
	g_auto(GStrv) lines = NULL;

	list->serial = -1;
	list->expires = -1;
	list->digests = g_ptr_array_new_with_free_func(g_free);
	if (size < strlen(KP_REVOCATIONS_HEAD) ||
	    memcmp(text, KP_REVOCATIONS_HEAD, strlen(KP_REVOCATIONS_HEAD)) != 0) {
		wrong(error, "its first line is not 'kpatch-revocations 1'");
		return NULL;
	}
	/* a line cut off at its end would be another line */
	if (memchr(text, '\0', size) != NULL || text[size - 1] != '\n') {
		wrong(error, "it is no text, or its last line has no end");
		return NULL;
	}
	copy = g_strndup(text, size);
	lines = g_strsplit(copy, "\n", -1);
	return parse_lines(list, lines, error) ? g_steal_pointer(&list) : NULL;
}
