/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/repomd.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"

#define TEXT_MAX 4096	/* of one element or attribute */

/* Elements that matter; all others are passed by. */
typedef enum { PART_NONE, PART_REVISION, PART_CHECKSUM, PART_SIZE, PART_OPEN_SIZE } Part;

struct parser {
	KpRepomd *repomd;
	guint depth;
	gboolean is_repomd;
	KpRepomdFile **slot;	/* where the <data> that we are in goes, or NULL */
	KpRepomdFile *file;
	Part part;
	GString *text;
};

static const struct {
	const char *word;
	GChecksumType type;
	gsize length;
} checksum_table[] = {
	/* rpm-md calls SHA-1 just "sha" as well; MD5 is no longer a check of anything */
	{ "sha256", G_CHECKSUM_SHA256, 64 },
	{ "sha512", G_CHECKSUM_SHA512, 128 },
	{ "sha384", G_CHECKSUM_SHA384, 96 },
	{ "sha1", G_CHECKSUM_SHA1, 40 },
	{ "sha", G_CHECKSUM_SHA1, 40 },
};

static void file_free(KpRepomdFile *file)
{
	if (file == NULL)
		return;
	g_free(file->location);
	g_free(file->base);
	g_free(file->checksum);
	g_free(file);
}

void kp_repomd_free(KpRepomd *repomd)
{
	if (repomd == NULL)
		return;
	g_free(repomd->revision);
	file_free(repomd->primary);
	file_free(repomd->updateinfo);
	g_free(repomd);
}

gboolean kp_checksum_type(const char *name, GChecksumType *type)
{
	for (gsize i = 0; i < G_N_ELEMENTS(checksum_table); i++) {
		if (g_ascii_strcasecmp(checksum_table[i].word, name) == 0) {
			*type = checksum_table[i].type;
			return TRUE;
		}
	}
	return FALSE;
}

gboolean kp_checksum_is_valid(GChecksumType type, const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS(checksum_table); i++)
		if (checksum_table[i].type == type)
			return strlen(text) == checksum_table[i].length &&
			       text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
	return FALSE;
}

static gboolean segments_are_safe(const char *location)
{
	g_auto(GStrv) segments = NULL;

	if (*location == '\0' || *location == '/')
		return FALSE;
	for (const char *c = location; *c != '\0'; c++)
		if ((guchar)*c < ' ' || *c == 0x7f || *c == '\\')
			return FALSE;
	segments = g_strsplit(location, "/", -1);
	for (char **segment = segments; *segment != NULL; segment++)
		if (g_str_equal(*segment, ".."))
			return FALSE;
	return TRUE;
}

gboolean kp_location_is_safe(const char *location)
{
	/* curl and servers unescape, some of them more than once */
	g_autofree char *once = g_uri_unescape_string(location, NULL);
	g_autofree char *twice = once != NULL ? g_uri_unescape_string(once, NULL) : NULL;

	if (strlen(location) > TEXT_MAX || strstr(location, "://") != NULL ||
	    strpbrk(location, "?#") != NULL)
		return FALSE;
	return segments_are_safe(location) && (once == NULL || segments_are_safe(once)) &&
	       (twice == NULL || segments_are_safe(twice));
}

const char *kp_location_suffix(const char *location)
{
	static const char *const suffixes[] = { ".gz", ".xz", ".zst", ".bz2" };

	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++)
		if (g_str_has_suffix(location, suffixes[i]))
			return suffixes[i];
	return g_str_has_suffix(location, ".xml") ? "" : NULL;
}

/* @text fit to be printed, and not longer than @max bytes: the end is that of a
 * character. */
static char *shown(const char *text, gsize max)
{
	char *clean = kp_text_printable(text);

	if (strlen(clean) > max) {
		while ((clean[max] & 0xc0) == 0x80)
			max--;
		clean[max] = '\0';
	}
	return clean;
}

static void fail(GError **error, const char *what, const char *value)
{
	g_autofree char *clean = shown(value, 200);

	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s", what, clean);
}

static const char *attribute(const char **names, const char **values, const char *wanted)
{
	for (; *names != NULL; names++, values++)
		if (g_str_equal(*names, wanted))
			return *values;
	return NULL;
}

static void begin_data(struct parser *parser, const char **names, const char **values,
		       GError **error)
{
	const char *type = attribute(names, values, "type");

	if (g_strcmp0(type, "primary") == 0)
		parser->slot = &parser->repomd->primary;
	else if (g_strcmp0(type, "updateinfo") == 0)
		parser->slot = &parser->repomd->updateinfo;
	else
		return;
	if (*parser->slot != NULL)
		fail(error, "two files say that they are the one", type);
	else
		parser->file = g_new0(KpRepomdFile, 1);
}

static void take_location(struct parser *parser, const char **names, const char **values,
			  GError **error)
{
	const char *href = attribute(names, values, "href");
	const char *base = attribute(names, values, "xml:base");

	if (href == NULL || !kp_location_is_safe(href))
		fail(error, "a location that leads out of the repository",
		     href != NULL ? href : "(none)");
	else if (base != NULL && strlen(base) > TEXT_MAX)
		fail(error, "a base without end", base);
	else if (parser->file->location != NULL)
		fail(error, "a second location", href);
	else {
		parser->file->location = g_strdup(href);
		parser->file->base = g_strdup(base);
	}
}

static void take_checksum_type(struct parser *parser, const char **names, const char **values,
			       GError **error)
{
	const char *type = attribute(names, values, "type");

	parser->part = PART_CHECKSUM;
	if (type == NULL || !kp_checksum_type(type, &parser->file->type))
		fail(error, "checksums of a type that is unknown or too weak",
		     type != NULL ? type : "(none)");
}

static void begin_in_data(struct parser *parser, const char *element, const char **names,
			  const char **values, GError **error)
{
	if (g_str_equal(element, "location"))
		take_location(parser, names, values, error);
	else if (g_str_equal(element, "checksum"))
		take_checksum_type(parser, names, values, error);
	else if (g_str_equal(element, "size"))
		parser->part = PART_SIZE;
	else if (g_str_equal(element, "open-size"))
		parser->part = PART_OPEN_SIZE;
}

static void begin_element(GMarkupParseContext *context, const char *element, const char **names,
			  const char **values, gpointer data, GError **error)
{
	struct parser *parser = data;
	GError *problem = NULL;

	parser->depth++;
	g_string_truncate(parser->text, 0);
	if (parser->depth == 1) {
		parser->is_repomd = g_str_equal(element, "repomd");
		if (!parser->is_repomd)
			fail(&problem, "not a repomd.xml but", element);
	} else if (parser->depth == 2 && g_str_equal(element, "revision")) {
		parser->part = PART_REVISION;
	} else if (parser->depth == 2 && g_str_equal(element, "data")) {
		begin_data(parser, names, values, &problem);
	} else if (parser->depth == 3 && parser->file != NULL) {
		begin_in_data(parser, element, names, values, &problem);
	}
	if (problem != NULL)
		g_propagate_error(error, problem);
}

static void take_text(GMarkupParseContext *context, const char *text, gsize size, gpointer data,
		      GError **error)
{
	struct parser *parser = data;

	if (parser->part == PART_NONE)
		return;
	g_string_append_len(parser->text, text, (gssize)size);
	if (parser->text->len > TEXT_MAX)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, "an element without end");
}

static gboolean take_size(const char *text, guint64 *size, GError **error)
{
	if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, size, NULL))
		return TRUE;
	fail(error, "a size that is no number", text);
	return FALSE;
}

static void take_checksum(KpRepomdFile *file, const char *text, GError **error)
{
	if (!kp_checksum_is_valid(file->type, text)) {
		fail(error, "no checksum", text);
		return;
	}
	g_free(file->checksum);
	file->checksum = g_ascii_strdown(text, -1);
}

static void end_part(struct parser *parser, GError **error)
{
	const char *text = g_strstrip(parser->text->str);

	switch (parser->part) {
	case PART_REVISION:
		g_free(parser->repomd->revision);
		parser->repomd->revision = g_strdup(text);
		break;
	case PART_CHECKSUM:
		take_checksum(parser->file, text, error);
		break;
	case PART_SIZE:
		take_size(text, &parser->file->size, error);
		break;
	case PART_OPEN_SIZE:
		take_size(text, &parser->file->open_size, error);
		break;
	case PART_NONE:
		break;
	}
	parser->part = PART_NONE;
}

static void end_data(struct parser *parser, GError **error)
{
	if (parser->file->location == NULL || parser->file->checksum == NULL)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "a file without location or checksum");
	else if (kp_location_suffix(parser->file->location) == NULL)
		fail(error, "compressed in a way that cannot be read", parser->file->location);
	*parser->slot = g_steal_pointer(&parser->file);
	parser->slot = NULL;
}

static void end_element(GMarkupParseContext *context, const char *element, gpointer data,
			GError **error)
{
	struct parser *parser = data;
	GError *problem = NULL;

	if (parser->part != PART_NONE)
		end_part(parser, &problem);
	if (problem == NULL && parser->depth == 2 && parser->file != NULL)
		end_data(parser, &problem);
	parser->depth--;
	if (problem != NULL)
		g_propagate_error(error, problem);
}

/* GMarkup knows no entities but the five of XML: a document that defines some is
 * told from one that grows by them. */
static const GMarkupParser markup = { begin_element, end_element, take_text, NULL, NULL };

static gboolean parse_markup(struct parser *parser, const char *text, gsize size, GError **error)
{
	GMarkupParseContext *context = g_markup_parse_context_new(
		&markup, G_MARKUP_TREAT_CDATA_AS_TEXT, parser, NULL);
	gboolean ok = g_markup_parse_context_parse(context, text, (gssize)size, error) &&
		      g_markup_parse_context_end_parse(context, error);

	g_markup_parse_context_free(context);
	return ok;
}

KpRepomd *kp_repomd_parse(const char *text, gsize size, GError **error)
{
	g_autoptr(KpRepomd) repomd = g_new0(KpRepomd, 1);
	g_autoptr(GString) buffer = g_string_new(NULL);
	g_autoptr(GError) problem = NULL;
	struct parser parser = { .repomd = repomd, .text = buffer };
	gboolean ok = FALSE;

	if (size > KP_REPOMD_MAX)
		g_set_error_literal(&problem, KP_ERROR, KP_ERROR_FAILED, "far too large");
	else
		ok = parse_markup(&parser, text, size, &problem);
	file_free(parser.file);
	if (ok && repomd->primary == NULL)
		g_set_error_literal(&problem, KP_ERROR, KP_ERROR_FAILED,
				    "it names no list of packages (primary)");
	if (problem == NULL)
		return g_steal_pointer(&repomd);

	/* what GMarkup says of the text may have any byte of it */
	g_autofree char *clean = shown(problem->message, 400);

	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "repomd.xml: %s", clean);
	return NULL;
}
