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
#define BLANKS " \t\r\n"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* What is text and no markup, whatever it has in it. */
static const struct aside {
	const char *begin, *end;
	gboolean text;		/* part of an element's text, which the parser gets */
} asides[] = {
	{ "<!--", "-->", FALSE },
	{ "<![CDATA[", "]]>", TRUE },
	{ "<?", "?>", FALSE },
};
#define LONGEST_BEGIN 9

typedef struct {
	FILE *file;
	const KpXmlKind *kind;
	gconstpointer user;
	char **problem;
	char *buffer;
	gsize room, start, end;	/* what is read and not yet looked at */
	gsize plain;		/* up to here asides have no markup in them any more */
	gsize looked;		/* no element ends before here */
	const struct aside *aside;	/* the one that goes on at @plain, or NULL */
	gboolean some;		/* an element has been found */
	gboolean last;		/* all is read */
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
		if (from < end && *from != '\0' && strchr(BLANKS ">", *from) != NULL)
			return from - length;
	}
	return NULL;
}

/* Hands on the element that ends at @end, if it is wanted. */
static gboolean take_element(Filter *filter, const char *end)
{
	const char *element = find_begin(filter, filter->buffer + filter->start, end);

	filter->start = filter->looked = (gsize)(end - filter->buffer);
	filter->some = TRUE;
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
	filter->plain -= filter->start;
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

/* Where what begins with "<!" or "<?" is next, or @end. These bytes are rare. */
static char *find_mark(char *from, char *end)
{
	static const char marks[] = { '!', '?' };
	char *next = end;

	for (gsize i = 0; i < sizeof(marks); i++) {
		char *mark = from;

		while (mark < next && (mark = memchr(mark, marks[i], (gsize)(next - mark))) != NULL &&
		       (mark == from || mark[-1] != '<'))
			mark++;
		if (mark != NULL && mark < next)
			next = mark;
	}
	return next == end ? end : next - 1;
}

static const struct aside *aside_at(const char *text, gsize size)
{
	for (gsize i = 0; i < G_N_ELEMENTS(asides); i++) {
		gsize length = strlen(asides[i].begin);

		if (size >= length && memcmp(text, asides[i].begin, length) == 0)
			return &asides[i];
	}
	return NULL;
}

/* Comments and instructions become blanks; text that is quoted keeps its marks, and has no
 * "<" in between: neither is ever taken for an element. */
static void make_plain(char *from, char *to, const struct aside *aside)
{
	for (; from < to; from++)
		if (!aside->text || *from == '<')
			*from = ' ';
}

/* Goes on to the end of the aside, or of what may be known. */
static void end_aside(Filter *filter)
{
	const struct aside *aside = filter->aside;
	char *from = filter->buffer + filter->plain, *end = filter->buffer + filter->end;
	gsize length = strlen(aside->end), left = (gsize)(end - from);
	const char *close = kp_xml_find(from, left, aside->end);
	char *to = close != NULL ? from + (close - from) :
		   filter->last ? end : end - MIN(left, length - 1);

	if (close != NULL && !aside->text)
		to += length;
	make_plain(from, to, aside);
	if (close != NULL && aside->text)
		to += length;
	if (close != NULL)
		filter->aside = NULL;
	filter->plain = (gsize)(to - filter->buffer);
}

static void begin_aside(Filter *filter)
{
	char *from = filter->buffer + filter->plain, *end = filter->buffer + filter->end;
	char *mark = find_mark(from, end);
	gsize length;

	/* it may have come by half */
	if (mark == end && !filter->last && end > from && end[-1] == '<')
		mark--;
	filter->plain = (gsize)(mark - filter->buffer);
	if (mark == end)
		return;
	filter->aside = aside_at(mark, (gsize)(end - mark));
	if (filter->aside == NULL) {
		if (filter->last || end - mark >= LONGEST_BEGIN)
			filter->plain++;
		return;
	}
	length = strlen(filter->aside->begin);
	if (!filter->aside->text)
		memset(mark, ' ', length);
	filter->plain += length;
}

/* Takes away what only looks like elements, as far as that is known. */
static void find_asides(Filter *filter)
{
	gsize before;

	do {
		before = filter->plain;
		if (filter->aside != NULL)
			end_aside(filter);
		else
			begin_aside(filter);
	} while (filter->plain > before && filter->plain < filter->end);
}

/* "update" is the name of "<update", "</update>" and "<x:update". */
static gboolean is_called(const char *name, const char *tag)
{
	const char *colon = strchr(name, ':');
	gsize length;

	tag += 1 + (tag[1] == '/');
	length = strcspn(tag, ">");
	name = colon != NULL ? colon + 1 : name;
	return strlen(name) == length && strncmp(name, tag, length) == 0;
}

/* A document in which no element was found. */
struct empty {
	const KpXmlKind *kind;
	guint depth, roots;
	gboolean other;		/* its root is called otherwise */
	gboolean unread;	/* it has such an element after all, written as nobody does */
};

static void empty_begin(GMarkupParseContext *context, const char *element, const char **names,
			const char **values, gpointer data, GError **error)
{
	struct empty *empty = data;

	if (empty->depth == 0) {
		empty->roots++;
		empty->other |= !is_called(element, empty->kind->last);
	} else if (empty->depth == 1) {
		empty->unread |= is_called(element, empty->kind->end);
	}
	empty->depth++;
}

static void empty_end(GMarkupParseContext *context, const char *element, gpointer data,
		      GError **error)
{
	((struct empty *)data)->depth--;
}

/* Whatever it is written like: <metadata/>, with prefixes, comments, attributes. */
static gboolean is_empty_document(Filter *filter)
{
	static const GMarkupParser markup = { empty_begin, empty_end, NULL, NULL, NULL };
	const gsize mark = strlen(BYTE_ORDER_MARK);
	struct empty empty = { .kind = filter->kind };
	const char *text = filter->buffer + filter->start;
	gsize size = filter->end - filter->start;
	GMarkupParseContext *context;
	gboolean ok;

	if (size >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0) {
		text += mark;
		size -= mark;
	}
	context = g_markup_parse_context_new(&markup, (GMarkupParseFlags)0, &empty, NULL);
	ok = g_markup_parse_context_parse(context, text, (gssize)size, NULL) &&
	     g_markup_parse_context_end_parse(context, NULL);
	g_markup_parse_context_free(context);
	if (ok && empty.unread)
		return fail(filter, g_strdup_printf("its elements are not written as %s>",
						    filter->kind->begin));
	return ok && empty.roots == 1 && !empty.other;
}

/* What is left behind the last element: </metadata>, or </x:metadata >, and blanks. */
static gboolean is_end_tag(const Filter *filter)
{
	g_autofree char *rest = g_strndup(filter->buffer + filter->start,
					  filter->end - filter->start);
	char *name = g_strrstr(rest, "</"), *end = name != NULL ? strchr(name, '>') : NULL;

	if (end == NULL)
		return FALSE;
	*end = '\0';
	return is_called(g_strchomp(name + 2), filter->kind->last);
}

static gboolean is_whole(Filter *filter)
{
	return filter->some ? is_end_tag(filter) : is_empty_document(filter);
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
	filter->last = n == 0;
	find_asides(filter);
	return TRUE;
}

static gboolean end_document(Filter *filter)
{
	if (!is_whole(filter))
		return *filter->problem == NULL ? fail(filter, g_strdup("it is cut short")) : FALSE;
	hand_on_tail(filter);
	return TRUE;
}

/* Finds what to hand on next. */
static gboolean advance(Filter *filter)
{
	gsize length = strlen(filter->kind->end);

	while (filter->left == 0 && !filter->ended) {
		const char *end = kp_xml_find(filter->buffer + filter->looked,
					      filter->plain - filter->looked, filter->kind->end);

		if (end != NULL) {
			if (!take_element(filter, end + length))
				return FALSE;
			continue;
		}
		/* the end may have come by half */
		if (filter->plain - filter->looked >= length)
			filter->looked = filter->plain - (length - 1);
		if (!(filter->last ? end_document(filter) : read_more(filter)))
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
