/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/updates.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/types.h>

#define CHUNK (128 * 1024)
/* the largest <update> of a distribution has some MiB: it rebuilds everything */
#define LARGEST_UPDATE (64 * 1024 * 1024)
/* ten times the largest updateinfo.xml there is */
#define LARGEST_DOCUMENT (G_GUINT64_CONSTANT(512) * 1024 * 1024)
#define LONGEST_NAME 256

static const char prologue[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n";
static const char epilogue[] = "</updates>\n";
static const char element_end[] = "</update>";
#define ELEMENT_END (sizeof(element_end) - 1)

typedef struct {
	FILE *file;
	const char *const *globs;
	char **problem;
	GByteArray *buffer;	/* what is read and not yet looked at */
	gsize start;		/* of that in the buffer */
	gsize looked;		/* no element ends before here */
	guint64 total;
	gboolean begun, ended;
	const char *out;	/* what is to be handed on next */
	gsize left;
} Filter;

static gboolean fail(Filter *filter, const char *why)
{
	if (*filter->problem == NULL)
		*filter->problem = g_strdup(why);
	filter->ended = TRUE;
	errno = EIO;
	return FALSE;
}

/* What is not written as usual is for the parser. */
static gboolean name_wanted(const Filter *filter, const char *name, gsize length)
{
	char text[LONGEST_NAME];

	if (length >= sizeof(text) || memchr(name, '&', length) != NULL)
		return TRUE;
	memcpy(text, name, length);
	text[length] = '\0';
	for (const char *const *glob = filter->globs; *glob != NULL; glob++)
		if (fnmatch(*glob, text, 0) == 0)
			return TRUE;
	return FALSE;
}

static gboolean is_wanted(const Filter *filter, const char *element, const char *end)
{
	static const char attribute[] = "name=";
	const char *at = element;

	while ((at = memmem(at, (gsize)(end - at), attribute, strlen(attribute))) != NULL) {
		const char *quote = at + strlen(attribute), *close;

		at = quote;
		if (quote + 1 >= end || (*quote != '"' && *quote != '\''))
			continue;
		close = memchr(quote + 1, *quote, (gsize)(end - quote - 1));
		if (close == NULL || name_wanted(filter, quote + 1, (gsize)(close - quote - 1)))
			return TRUE;
		at = close;
	}
	return FALSE;
}

/* Where an <update> begins in what lies between, or NULL. */
static const char *find_begin(const char *from, const char *end)
{
	static const char begin[] = "<update";

	while ((from = memmem(from, (gsize)(end - from), begin, strlen(begin))) != NULL) {
		from += strlen(begin);
		if (from < end && strchr(" \t\r\n>", *from) != NULL)
			return from - strlen(begin);
	}
	return NULL;
}

/* The head of the document: libsolv gets ours, so this one must say the same. */
static gboolean check_head(Filter *filter)
{
	g_autofree char *head = g_strndup((const char *)filter->buffer->data,
					  MIN(filter->buffer->len, 256));
	const char *encoding = strstr(head, "encoding=");
	const char *end = strstr(head, "?>");

	filter->begun = TRUE;
	if (encoding == NULL || end == NULL || encoding > end ||
	    g_ascii_strncasecmp(encoding + strlen("encoding=") + 1, "UTF-8", 5) == 0)
		return TRUE;
	return fail(filter, "it is not in UTF-8");
}

static gboolean read_more(Filter *filter)
{
	gsize had, n;

	if (filter->buffer->len - filter->start > LARGEST_UPDATE)
		return fail(filter, "it has an update element of more than 64 MiB");
	g_byte_array_remove_range(filter->buffer, 0, (guint)filter->start);
	filter->looked -= filter->start;
	filter->start = 0;
	had = filter->buffer->len;
	g_byte_array_set_size(filter->buffer, (guint)(had + CHUNK));
	n = fread(filter->buffer->data + had, 1, CHUNK, filter->file);
	g_byte_array_set_size(filter->buffer, (guint)(had + n));
	filter->total += n;
	if (ferror(filter->file) != 0)
		return fail(filter, "it cannot be unpacked");
	if (filter->total > LARGEST_DOCUMENT)
		return fail(filter, "it is larger than 512 MiB when unpacked");
	if (!filter->begun && !check_head(filter))
		return FALSE;
	if (n > 0)
		return TRUE;
	/* one without advisories is <updates/> */
	if (memmem(filter->buffer->data, had, "</updates>", 10) == NULL &&
	    memmem(filter->buffer->data, had, "<updates/>", 10) == NULL)
		return fail(filter, "it is cut short");
	filter->out = epilogue;
	filter->left = strlen(epilogue);
	filter->ended = TRUE;
	return TRUE;
}

/* Finds what to hand on next. */
static gboolean advance(Filter *filter)
{
	while (filter->left == 0 && !filter->ended) {
		const char *data = (const char *)filter->buffer->data;
		gsize length = filter->buffer->len;
		const char *end = length == 0 ? NULL :
			memmem(data + filter->looked, length - filter->looked, element_end, ELEMENT_END);
		const char *begin;

		if (end == NULL) {
			/* the end may have come by half */
			filter->looked = MAX(filter->looked, length - MIN(length, ELEMENT_END - 1));
			if (!read_more(filter))
				return FALSE;
			continue;
		}
		end += ELEMENT_END;
		begin = find_begin(data + filter->start, end);
		filter->start = filter->looked = (gsize)(end - data);
		if (begin == NULL)
			return fail(filter, "an update element ends that has not begun");
		if (is_wanted(filter, begin, end)) {
			filter->out = begin;
			filter->left = (gsize)(end - begin);
		}
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

	g_byte_array_unref(filter->buffer);
	g_free(filter);
	return result;
}

FILE *kp_updates_filter(FILE *file, const char *const *globs, char **problem)
{
	static const cookie_io_functions_t functions = { .read = filter_read, .close = filter_close };
	Filter *filter = g_new0(Filter, 1);

	*problem = NULL;
	filter->file = file;
	filter->globs = globs;
	filter->problem = problem;
	filter->buffer = g_byte_array_new();
	filter->out = prologue;
	filter->left = strlen(prologue);
	return fopencookie(filter, "r", functions);
}
