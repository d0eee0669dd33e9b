/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/primary.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/types.h>

/* bytes asked for at a time: larger ones would only leave the processor's cache */
#define CHUNK (128 * 1024)
/* the largest <package> of a distribution has some hundred KiB */
#define LARGEST_PACKAGE (16 * 1024 * 1024)
/* ten times the largest primary.xml there is */
#define LARGEST_DOCUMENT (G_GUINT64_CONSTANT(4) * 1024 * 1024 * 1024)

static const char prologue[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<metadata xmlns=\"http://linux.duke.edu/metadata/common\""
	" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"0\">\n";
static const char epilogue[] = "</metadata>\n";
static const char element_end[] = "</package>";
#define ELEMENT_END (sizeof(element_end) - 1)

typedef struct {
	FILE *file;
	const KpPrimaryWanted *wanted;
	char **problem;
	char *buffer;
	gsize room, start, end;	/* what is read and not yet looked at */
	gsize looked;		/* from start on: no element ends before here */
	guint64 total;
	const char *out;	/* what is to be handed on next */
	gsize left;
	gboolean ended;
} Filter;

static ssize_t fail(Filter *filter, const char *why)
{
	if (*filter->problem == NULL)
		*filter->problem = g_strdup(why);
	filter->ended = TRUE;
	errno = EIO;
	return -1;
}

/* FALSE: not this one. A name that is not where it always is is for the parser. */
static gboolean name_wanted(const Filter *filter, const char *element, gsize size)
{
	const char *begin = memmem(element, size, "<name>", 6), *end;
	char name[256];
	gsize length;

	if (begin == NULL)
		return TRUE;
	begin += 6;
	end = memchr(begin, '<', size - (gsize)(begin - element));
	length = end != NULL ? (gsize)(end - begin) : sizeof(name);
	if (length >= sizeof(name))
		return TRUE;
	memcpy(name, begin, length);
	name[length] = '\0';
	for (const char *const *glob = filter->wanted->globs; glob != NULL && *glob != NULL; glob++)
		if (fnmatch(*glob, name, 0) == 0)
			return TRUE;
	return FALSE;
}

/* Whether the <rpm:entry> at @entry, up to @end, ties to none of our kernels. It is
 * for the parser to say what it means exactly. */
static gboolean ties_elsewhere(const Filter *filter, const char *entry, const char *end)
{
	const char *close = memchr(entry, '>', (gsize)(end - entry));
	gsize size = close != NULL ? (gsize)(close - entry) : 0;

	if (memmem(entry, size, "flags=\"EQ\"", 10) == NULL)
		return FALSE;
	for (const char *const *tie = filter->wanted->ties; *tie != NULL; tie++) {
		const char *found = memmem(entry, size, *tie, strlen(*tie));

		if (found != NULL && found[-1] == '"' && found[strlen(*tie)] == '"')
			return FALSE;
	}
	return TRUE;
}

static gboolean tie_wanted(const Filter *filter, const char *element, gsize size)
{
	static const char tie[] = "name=\"kernel-uname-r\"";
	const char *end = element + size, *entry = element;
	gboolean elsewhere = FALSE;

	if (filter->wanted->ties == NULL)
		return TRUE;
	while ((entry = memmem(entry, (gsize)(end - entry), tie, sizeof(tie) - 1)) != NULL) {
		if (!ties_elsewhere(filter, entry, end))
			return TRUE;
		elsewhere = TRUE;
		entry++;
	}
	return !elsewhere;
}

/* Also what only requires it: that is sorted out later. */
static gboolean provides_wanted(const Filter *filter, const char *element, gsize size)
{
	const char *const *name = filter->wanted->provides;

	for (; name != NULL && *name != NULL; name++) {
		g_autofree char *text = **name == '/' ? g_strdup_printf(">%s<", *name)
						      : g_strdup_printf("name=\"%s\"", *name);

		if (memmem(element, size, text, strlen(text)) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* Hands on the element that ends at @end, if it is wanted. */
static gboolean take_element(Filter *filter, const char *end)
{
	const char *begin = filter->buffer + filter->start;
	const char *element = memmem(begin, (gsize)(end - begin), "<package", 8);
	gsize size;

	filter->start = filter->looked = (gsize)(end - filter->buffer);
	if (element == NULL)
		return FALSE;
	size = (gsize)(end - element);
	if ((name_wanted(filter, element, size) && tie_wanted(filter, element, size)) ||
	    provides_wanted(filter, element, size)) {
		filter->out = element;
		filter->left = size;
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

/* 1: there is more; 0: the document ended as it should; -1: it did not. */
static int fill(Filter *filter)
{
	gsize n;

	if (filter->end - filter->start > LARGEST_PACKAGE)
		return (int)fail(filter, "it has a package element of more than 16 MiB");
	make_room(filter);
	n = fread(filter->buffer + filter->end, 1, CHUNK, filter->file);
	filter->end += n;
	filter->total += n;
	if (filter->total > LARGEST_DOCUMENT)
		return (int)fail(filter, "it unpacks to more than 4 GiB");
	if (n > 0)
		return 1;
	if (ferror(filter->file))
		return (int)fail(filter, "it cannot be unpacked");
	if (memmem(filter->buffer, filter->end, "</metadata>", 11) == NULL)
		return (int)fail(filter, "it is cut short");
	return 0;
}

/* Looks for the next element to hand on. Returns as fill() does. */
static int next_element(Filter *filter)
{
	while (filter->left == 0) {
		const char *from = filter->buffer + filter->looked;
		const char *end = memmem(from, filter->end - filter->looked, element_end, ELEMENT_END);
		int more;

		if (end != NULL) {
			if (!take_element(filter, end + ELEMENT_END))
				return (int)fail(filter, "a package element ends that has not begun");
			continue;
		}
		/* the end may have come by half */
		if (filter->end - filter->looked >= ELEMENT_END)
			filter->looked = filter->end - (ELEMENT_END - 1);
		more = fill(filter);
		if (more <= 0)
			return more;
	}
	return 1;
}

static ssize_t filter_read(void *cookie, char *data, size_t size)
{
	Filter *filter = cookie;
	gsize n;

	if (filter->left == 0 && !filter->ended) {
		int more = next_element(filter);

		if (more < 0)
			return -1;
		if (more == 0) {
			filter->out = epilogue;
			filter->left = sizeof(epilogue) - 1;
			filter->ended = TRUE;
		}
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

FILE *kp_primary_filter(FILE *file, const KpPrimaryWanted *wanted, char **problem)
{
	static const cookie_io_functions_t functions = { .read = filter_read, .close = filter_close };
	Filter *filter = g_new0(Filter, 1);

	filter->file = file;
	filter->wanted = wanted;
	filter->problem = problem;
	filter->room = 2 * CHUNK;
	filter->buffer = g_malloc(filter->room);
	filter->out = prologue;
	filter->left = sizeof(prologue) - 1;
	*problem = NULL;
	return fopencookie(filter, "r", functions);
}
