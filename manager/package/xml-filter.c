/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/xml-filter.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

/* bytes asked for at a time: larger ones would only leave the processor's cache */
#define CHUNK (128 * 1024)
#define MIB ((guint64)1024 * 1024)
/* where the declaration of an XML document ends, if it has one */
#define LONGEST_DECLARATION 256

typedef struct {
	FILE *file;
	const KpXmlKind *kind;
	gconstpointer user;
	char **problem;
	char *buffer;
	gsize room, start, end;	/* what is read and not yet looked at */
	gsize looked;		/* no element ends before here */
	guint64 total;
	const char *out;	/* what is to be handed on next */
	gsize left;
	gboolean ended;
} Filter;

const char *kp_xml_find(const char *text, gsize size, const char *what)
{
	return memmem(text, size, what, strlen(what));
}

static gboolean fail(Filter *filter, char *why)
{
	*filter->problem = why;
	filter->ended = TRUE;
	return FALSE;
}

/* Where an element begins in what lies between, or NULL. */
static const char *find_begin(const Filter *filter, const char *from, const char *end)
{
	gsize length = strlen(filter->kind->begin);

	while ((from = kp_xml_find(from, (gsize)(end - from), filter->kind->begin)) != NULL) {
		from += length;
		if (from < end && strchr(" \t\r\n>", *from) != NULL)
			return from - length;
	}
	return NULL;
}

/* Hands on the element that ends at @end, if it is wanted. */
static gboolean take_element(Filter *filter, const char *end)
{
	const char *element = find_begin(filter, filter->buffer + filter->start, end);

	filter->start = filter->looked = (gsize)(end - filter->buffer);
	if (element == NULL)
		return fail(filter, g_strdup_printf("%s ends what has not begun",
						    filter->kind->end));
	if (filter->kind->wanted(filter->user, element, (gsize)(end - element))) {
		filter->out = element;
		filter->left = (gsize)(end - element);
	}
	return TRUE;
}

static void make_room(Filter *filter)
{
	memmove(filter->buffer, filter->buffer + filter->start, filter->end - filter->start);
	filter->end -= filter->start;
	filter->looked -= filter->start;
	filter->start = 0;
	if (filter->room - filter->end < CHUNK) {
		filter->room = 2 * filter->room;
		filter->buffer = g_realloc(filter->buffer, filter->room);
	}
}

/* The parser gets our head, so that of the document must say the same. */
static gboolean is_utf8(const Filter *filter)
{
	g_autofree char *head = g_strndup(filter->buffer, MIN(filter->end, LONGEST_DECLARATION));
	const char *encoding = strstr(head, "encoding=");
	const char *end = strstr(head, "?>");

	return encoding == NULL || end == NULL || encoding > end ||
	       g_ascii_strncasecmp(encoding + strlen("encoding=") + 1, "UTF-8", 5) == 0;
}

/* A list of nothing may be one tag: <metadata packages="0"/>, where "</metadata>" ends
 * others. Behind it nothing stands. */
static gboolean is_one_tag(const Filter *filter, const char *last)
{
	g_autofree char *begin = g_strdup_printf("<%.*s", (int)strlen(last) - 3, last + 2);
	const char *end = filter->buffer + filter->end, *tag = kp_xml_find(filter->buffer, filter->end, begin);
	const char *close = tag != NULL ? memchr(tag, '>', (gsize)(end - tag)) : NULL;

	if (close == NULL || close[-1] != '/' || strchr(" \t\r\n/", tag[strlen(begin)]) == NULL)
		return FALSE;
	for (close++; close < end; close++)
		if (!g_ascii_isspace(*close))
			return FALSE;
	return TRUE;
}

static gboolean is_whole(const Filter *filter)
{
	for (const char *const *last = filter->kind->last; *last != NULL; last++)
		if (kp_xml_find(filter->buffer, filter->end, *last) != NULL ||
		    (g_str_has_prefix(*last, "</") && is_one_tag(filter, *last)))
			return TRUE;
	return FALSE;
}

static void hand_on_tail(Filter *filter)
{
	filter->out = filter->kind->tail;
	filter->left = strlen(filter->kind->tail);
	filter->ended = TRUE;
}

static gboolean read_more(Filter *filter)
{
	const KpXmlKind *kind = filter->kind;
	gsize n;

	if (filter->end - filter->start > kind->largest_mib * MIB)
		return fail(filter, g_strdup_printf("it has more than %" G_GSIZE_FORMAT " MiB before "
						    "a %s", kind->largest_mib, kind->end));
	make_room(filter);
	n = fread(filter->buffer + filter->end, 1, CHUNK, filter->file);
	filter->end += n;
	if (ferror(filter->file) != 0)
		return fail(filter, g_strdup("it cannot be unpacked"));
	if (filter->total == 0 && !is_utf8(filter))
		return fail(filter, g_strdup("it is not in UTF-8"));
	filter->total += n;
	if (filter->total > kind->most_mib * MIB)
		return fail(filter, g_strdup_printf("it is larger than %" G_GUINT64_FORMAT
						    " MiB when unpacked", kind->most_mib));
	if (n > 0)
		return TRUE;
	if (!is_whole(filter))
		return fail(filter, g_strdup("it is cut short"));
	hand_on_tail(filter);
	return TRUE;
}

/* Finds what to hand on next. */
static gboolean advance(Filter *filter)
{
	gsize length = strlen(filter->kind->end);

	while (filter->left == 0 && !filter->ended) {
		const char *end = kp_xml_find(filter->buffer + filter->looked,
					      filter->end - filter->looked, filter->kind->end);

		if (end != NULL) {
			if (!take_element(filter, end + length))
				return FALSE;
			continue;
		}
		/* the end may have come by half */
		if (filter->end - filter->looked >= length)
			filter->looked = filter->end - (length - 1);
		if (!read_more(filter))
			return FALSE;
	}
	return TRUE;
}

static ssize_t filter_read(void *cookie, char *data, size_t size)
{
	Filter *filter = cookie;
	gsize n;

	if (*filter->problem != NULL || !advance(filter)) {
		errno = EIO;
		return -1;
	}
	n = MIN(size, filter->left);
	memcpy(data, filter->out, n);
	filter->out += n;
	filter->left -= n;
	return (ssize_t)n;
}

static int filter_close(void *cookie)
{
	Filter *filter = cookie;
	int result = fclose(filter->file);

	g_free(filter->buffer);
	g_free(filter);
	return result;
}

FILE *kp_xml_filter(FILE *file, const KpXmlKind *kind, gconstpointer user, char **problem)
{
	static const cookie_io_functions_t functions = { .read = filter_read, .close = filter_close };
	Filter *filter = g_new0(Filter, 1);

	filter->file = file;
	filter->kind = kind;
	filter->user = user;
	filter->problem = problem;
	filter->room = 2 * CHUNK;
	filter->buffer = g_malloc(filter->room);
	filter->out = kind->head;
	filter->left = strlen(kind->head);
	*problem = NULL;
	return fopencookie(filter, "r", functions);
}
