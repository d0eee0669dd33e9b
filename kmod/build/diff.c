/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff.h"

#include <string.h>

#include "base/error.h"
#include "names.h"

/* Where the parser is. A line is a view into the text. */
typedef struct {
	KpDiff *diff;
	gsize at;		/* of the line that is next */
	guint line;		/* its number, from 1 */
	gboolean git;		/* between "diff --git" and "---" */
} Reader;

typedef struct {
	const char *text;
	gsize size;		/* without the newline */
	guint number;
} Line;

static gboolean next_line(Reader *r, Line *line)
{
	const char *end;

	if (r->at >= r->diff->size)
		return FALSE;
	line->text = r->diff->text + r->at;
	line->number = r->line++;
	end = memchr(line->text, '\n', r->diff->size - r->at);
	line->size = end != NULL ? (gsize)(end - line->text) : r->diff->size - r->at;
	r->at += line->size + (end != NULL);
	return TRUE;
}

/* The line after the one that was read last, which stays to be read. */
static gboolean peek_line(const Reader *r, Line *line)
{
	Reader copy = *r;

	return next_line(&copy, line);
}

static gboolean begins(const Line *line, const char *with)
{
	return line->size >= strlen(with) && memcmp(line->text, with, strlen(with)) == 0;
}

static gboolean ends(const Line *line, const char *with)
{
	gsize size = strlen(with);

	return line->size >= size && memcmp(line->text + line->size - size, with, size) == 0;
}

G_GNUC_PRINTF(5, 6)
static gboolean wrong(const Reader *r, guint line, KpErrorCode code, GError **error,
		      const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, KP_ERROR, code, "%s:%u: %s", r->diff->path, line, text);
	return FALSE;
}

static void diff_file_free(gpointer data)
{
	KpDiffFile *file = data;

	g_array_unref(file->hunks);
	g_free(file->whole);
	g_free(file->other);
	g_free(file->name);
	g_free(file);
}

/* The name behind "--- " or "+++ ": up to a tab, or quoted as C has it. */
static char *raw_name(const Line *line)
{
	g_autofree char *text = g_strndup(line->text + 4, line->size - 4);
	char *end;

	if (*text != '"') {
		text[strcspn(text, "\t")] = '\0';
		return g_steal_pointer(&text);
	}
	for (end = text + 1; *end != '\0' && *end != '"'; end++)
		if (*end == '\\' && end[1] != '\0')
			end++;
	*end = '\0';
	return g_strcompress(text + 1);
}

/* One folder is taken off @whole, as patch -p1 does. */
static char *tree_name(const Reader *r, guint line, const char *whole, GError **error)
{
	g_autofree char *shown = kp_plain_text(whole);
	const char *slash = strchr(whole, '/');
	g_auto(GStrv) parts = NULL;

	if (*whole == '/') {
		wrong(r, line, KP_ERROR_REFUSED, error,
		      "%s is an absolute path: write it as a/FILE, from the top of the tree", shown);
		return NULL;
	}
	if (slash == NULL || slash[1] == '\0') {
		wrong(r, line, KP_ERROR_USAGE, error,
		      "%s has no folder in front, such as a/ and b/: make the diff with git diff, or diff -ru a b",
		      *shown != '\0' ? shown : "the name");
		return NULL;
	}
	parts = g_strsplit(whole, "/", -1);
	for (char **part = parts; *part != NULL; part++) {
		if (strcmp(*part, "..") == 0) {
			wrong(r, line, KP_ERROR_REFUSED, error, "%s leads out of the tree", shown);
			return NULL;
		}
		if (**part == '\0' || strcmp(*part, ".") == 0 || strcmp(*part, ".git") == 0 ||
		    strcmp(shown, whole) != 0) {
			wrong(r, line, KP_ERROR_REFUSED, error, "%s is no plain path of a source file", shown);
			return NULL;
		}
	}
	return g_strdup(slash + 1);
}

/* A whole number that fits; @*at is moved behind it. */
static gboolean take_number(const char **at, guint *value)
{
	guint64 number = 0;
	const char *start = *at;

	while (g_ascii_isdigit(**at) && number < G_MAXINT)
		number = number * 10 + (guint64)(*(*at)++ - '0');
	*value = (guint)number;
	return *at > start && number < G_MAXINT;
}

/* START or START,COUNT; without COUNT it is 1. */
static gboolean take_range(const char **at, guint *start, guint *count)
{
	*count = 1;
	if (!take_number(at, start))
		return FALSE;
	if (**at != ',')
		return TRUE;
	(*at)++;
	return take_number(at, count);
}

static gboolean parse_head(const Line *line, KpHunk *hunk)
{
	g_autofree char *text = g_strndup(line->text, line->size);
	const char *at = text + strlen("@@ -");

	if (!g_str_has_prefix(text, "@@ -") || !take_range(&at, &hunk->old_start, &hunk->old_count) ||
	    !g_str_has_prefix(at, " +"))
		return FALSE;
	at += strlen(" +");
	return take_range(&at, &hunk->new_start, &hunk->new_count) && g_str_has_prefix(at, " @@");
}

/* The lines of a hunk, as many as its head says. */
static gboolean read_body(Reader *r, KpHunk *hunk, GError **error)
{
	guint old = hunk->old_count, new = hunk->new_count;
	Line line = { .number = hunk->line };

	while (old > 0 || new > 0) {
		char kind;

		if (!next_line(r, &line))
			return wrong(r, hunk->line, KP_ERROR_USAGE, error,
				     "the diff is cut: this hunk should have %u more lines", MAX(old, new));
		/* Mailers take the blank of an empty line away. */
		kind = line.size == 0 ? ' ' : *line.text;
		if (kind == '\\')
			continue;
		if ((kind != ' ' && kind != '-' && kind != '+') || (kind != '+' && old == 0) ||
		    (kind != '-' && new == 0))
			return wrong(r, line.number, KP_ERROR_USAGE, error,
				     "the diff is damaged: the hunk of line %u has other lines than its head says",
				     hunk->line);
		old -= kind != '+';
		new -= kind != '-';
	}
	if (peek_line(r, &line) && begins(&line, "\\"))
		next_line(r, &line);
	hunk->to = r->at;
	return TRUE;
}

/* Lines that look as if they belonged to the hunk that ended: its numbers were not kept. */
static gboolean ended_well(const Reader *r, const KpHunk *hunk, GError **error)
{
	Line line;

	if (!peek_line(r, &line) || line.size == 0 || begins(&line, "--"))
		return TRUE;
	if (strchr("+- ", *line.text) == NULL)
		return TRUE;
	return wrong(r, line.number, KP_ERROR_USAGE, error,
		     "the diff is damaged: the hunk of line %u has more lines than its head says", hunk->line);
}

static gboolean read_hunks(Reader *r, KpDiffFile *file, GError **error)
{
	Line line;

	while (peek_line(r, &line) && begins(&line, "@@ ")) {
		KpHunk hunk = { .line = line.number, .from = r->at };

		next_line(r, &line);
		if (ends(&line, "\r"))
			return wrong(r, line.number, KP_ERROR_USAGE, error,
				     "its lines end with CR LF: convert it with dos2unix");
		if (!parse_head(&line, &hunk))
			return wrong(r, line.number, KP_ERROR_USAGE, error,
				     "the head of this hunk cannot be read");
		if (!read_body(r, &hunk, error) || !ended_well(r, &hunk, error))
			return FALSE;
		g_array_append_val(file->hunks, hunk);
	}
	if (file->hunks->len == 0)
		return wrong(r, file->line, KP_ERROR_USAGE, error, "no hunk follows for %s", file->name);
	return TRUE;
}

static gboolean name_file(Reader *r, KpDiffFile *file, const char *old, const char *new,
			  GError **error)
{
	const KpHunk *first;

	file->creates = strcmp(old, "/dev/null") == 0;
	file->deletes = strcmp(new, "/dev/null") == 0;
	if (file->creates && file->deletes)
		return wrong(r, file->line, KP_ERROR_USAGE, error, "both files are /dev/null");
	if (!file->deletes && (file->name = tree_name(r, file->line + 1, new, error)) == NULL)
		return FALSE;
	if (!file->creates && (file->other = tree_name(r, file->line, old, error)) == NULL)
		return FALSE;
	file->whole = g_strdup(file->deletes ? old : new);
	if (file->name == NULL)
		file->name = g_strdup(file->other);
	if (file->other == NULL)
		file->other = g_strdup(file->name);
	if (!read_hunks(r, file, error))
		return FALSE;
	/* diff -N names both */
	first = &g_array_index(file->hunks, KpHunk, 0);
	file->creates = file->creates || (first->old_start == 0 && first->old_count == 0);
	return TRUE;
}

/* @old is the line with "---", and the one with "+++" follows. */
static gboolean read_file(Reader *r, const Line *old, GError **error)
{
	KpDiffFile *file = g_new0(KpDiffFile, 1);
	g_autofree char *old_name = raw_name(old);
	g_autofree char *new_name = NULL;
	Line new;

	file->line = old->number;
	file->hunks = g_array_new(FALSE, FALSE, sizeof(KpHunk));
	g_ptr_array_add(r->diff->files, file);
	next_line(r, &new);
	if (ends(old, "\r") || ends(&new, "\r"))
		return wrong(r, old->number, KP_ERROR_USAGE, error,
			     "its lines end with CR LF: convert it with dos2unix");
	new_name = raw_name(&new);
	return name_file(r, file, old_name, new_name, error);
}

typedef struct {
	const char *begin;
	const char *end;
	gboolean git;		/* it means that only behind "diff --git" */
	KpErrorCode code;
	const char *reason;
} Unwanted;

static const Unwanted unwanted[] = {
	{ "GIT binary patch", "", FALSE, KP_ERROR_REFUSED,
	  "it has binary data: a live patch is made of source text alone; take this part out" },
	{ "Binary files ", " differ", FALSE, KP_ERROR_REFUSED,
	  "it has a change of a binary file: take this part out" },
	{ "rename from ", "", TRUE, KP_ERROR_REFUSED,
	  "it renames a file: the running kernel has the old object; make the change in the old file, "
	  "or make the diff with --no-renames" },
	{ "copy from ", "", TRUE, KP_ERROR_REFUSED,
	  "it copies a file: make the diff with --no-renames" },
	{ "new file mode 120000", "", TRUE, KP_ERROR_REFUSED, "it makes a symbolic link: take this part out" },
	{ "deleted file mode 120000", "", TRUE, KP_ERROR_REFUSED,
	  "it takes a symbolic link away: take this part out" },
	{ "new file mode 160000", "", TRUE, KP_ERROR_REFUSED, "it adds a git submodule: take this part out" },
	{ "@@ -", "", FALSE, KP_ERROR_USAGE,
	  "a hunk without the names of its file: the lines with --- and +++ are missing" },
};

static gboolean wanted(const Reader *r, const Line *line, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(unwanted); i++) {
		const Unwanted *u = &unwanted[i];

		if (begins(line, u->begin) && ends(line, u->end) && (!u->git || r->git))
			return wrong(r, line->number, u->code, error, "%s", u->reason);
	}
	return TRUE;
}

/* Text around the hunks is a message, or the heads that git writes. */
static gboolean read_text(Reader *r, const Line *line, GError **error)
{
	Line next;

	if (!peek_line(r, &next))
		next = (Line){ "", 0, line->number };
	if (begins(line, "--- ") && begins(&next, "+++ ")) {
		r->git = FALSE;
		return read_file(r, line, error);
	}
	if (begins(line, "*** ") && begins(&next, "--- "))
		return wrong(r, line->number, KP_ERROR_USAGE, error,
			     "it is a context diff: make a unified one, with diff -u");
	if (begins(line, "diff --git "))
		r->git = TRUE;
	return wanted(r, line, error);
}

static gboolean read_all(Reader *r, GError **error)
{
	const char *zero;
	Line line;

	if (r->diff->size == 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s: the diff is empty", r->diff->path);
		return FALSE;
	}
	zero = memchr(r->diff->text, '\0', r->diff->size);
	if (zero != NULL) {
		guint number = 1;

		for (const char *at = r->diff->text; at < zero; at++)
			number += *at == '\n';
		return wrong(r, number, KP_ERROR_USAGE, error, "it has a zero byte: it is no text");
	}
	while (next_line(r, &line))
		if (!read_text(r, &line, error))
			return FALSE;
	if (r->diff->files->len > 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
		    "%s: no unified diff is in it: make one with git diff, git format-patch or diff -ru a b",
		    r->diff->path);
	return FALSE;
}

KpDiff *kp_diff_parse(const char *path, char *text, gsize size, GError **error)
{
	g_autoptr(KpDiff) diff = g_new0(KpDiff, 1);
	Reader reader = { .diff = diff, .line = 1 };

	diff->path = g_strdup(path);
	diff->text = text;
	diff->size = size;
	diff->files = g_ptr_array_new_with_free_func(diff_file_free);
	return read_all(&reader, error) ? g_steal_pointer(&diff) : NULL;
}

KpDiff *kp_diff_read(const char *path, GError **error)
{
	g_autoptr(GError) reason = NULL;
	char *text;
	gsize size;

	if (g_file_get_contents(path, &text, &size, &reason))
		return kp_diff_parse(path, text, size, error);
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "the diff cannot be read: %s", reason->message);
	return NULL;
}

void kp_diff_free(KpDiff *diff)
{
	if (diff == NULL)
		return;
	g_ptr_array_unref(diff->files);
	g_free(diff->text);
	g_free(diff->path);
	g_free(diff);
}
