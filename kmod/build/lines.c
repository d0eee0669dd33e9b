/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lines.h"

#include <string.h>

/* A conditional group (#if ... #endif), of which the compiler reads one branch or none. */
typedef struct {
	gboolean emitted;	/* a #line is in it, which counted or did not */
	int parens;		/* open ones where it began */
	int most;		/* ... at the end of the branch that left most open */
} Group;

typedef struct {
	GString *out;
	GArray *groups;		/* Group, the innermost last */
	gint64 now;		/* number that the next line would have; -1: depends on branches */
	int parens;		/* ( that are open */
	gboolean comment;	/* in one that is not closed */
	gboolean continued;	/* the last line ended with a backslash */
	gboolean directive;	/* ... and was a directive's */
	char quote;		/* of a text that goes on over a backslash, or 0 */
} State;

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* The word of a directive such as "#  endif", or NULL. */
static const char *directive_word(const char *line, const char *end, gsize *size)
{
	const char *at = skip_blanks(line, end);

	if (at == end || *at != '#')
		return NULL;
	at = skip_blanks(at + 1, end);
	for (*size = 0; at + *size < end && g_ascii_isalnum(at[*size]);)
		(*size)++;
	return at;
}

static gboolean word_is(const char *word, gsize size, const char *text)
{
	return word != NULL && size == strlen(text) && memcmp(word, text, size) == 0;
}

static gboolean opens_group(const char *word, gsize size)
{
	return word_is(word, size, "if") || word_is(word, size, "ifdef") || word_is(word, size, "ifndef");
}

static gboolean next_branch(const char *word, gsize size)
{
	return word_is(word, size, "else") || word_is(word, size, "elif") ||
	       word_is(word, size, "elifdef") || word_is(word, size, "elifndef");
}

/* What follows a text or character that begins at @at. */
static const char *skip_quoted(State *s, const char *at, const char *end, char quote)
{
	for (; at < end; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		else if (*at == quote)
			return at + 1;
	}
	/* Without a backslash at the end it is closed all the same: an apostrophe in #error. */
	s->quote = end[-1] == '\\' ? quote : 0;
	return end;
}

static const char *skip_comment(State *s, const char *at, const char *end)
{
	const char *close = memmem(at, (gsize)(end - at), "*/", 2);

	s->comment = close == NULL;
	return close == NULL ? end : close + 2;
}

/* Parentheses, comments and texts of one line. A directive's parentheses do not count. */
static void scan(State *s, const char *at, const char *end, gboolean directive)
{
	if (s->quote != 0 && at < end) {
		char quote = s->quote;

		s->quote = 0;
		at = skip_quoted(s, at, end, quote);
	}
	if (s->comment)
		at = skip_comment(s, at, end);
	while (at < end) {
		if (at[0] == '/' && at + 1 < end && at[1] == '*') {
			at = skip_comment(s, at + 2, end);
		} else if (at[0] == '/' && at + 1 < end && at[1] == '/') {
			return;
		} else if (*at == '"' || *at == '\'') {
			at = skip_quoted(s, at + 1, end, *at);
		} else {
			if (!directive)
				s->parens += (*at == '(') - (*at == ')');
			at++;
		}
	}
	s->parens = MAX(s->parens, 0);
}

static Group *innermost(State *s)
{
	return s->groups->len == 0 ? NULL : &g_array_index(s->groups, Group, s->groups->len - 1);
}

/* Behind #else the compiler has, or has not, read the branch before. */
static void leave_branch(State *s, Group *group)
{
	if (group->emitted)
		s->now = -1;
	group->most = MAX(group->most, s->parens);
	s->parens = group->parens;
}

static void leave_group(State *s)
{
	Group *group = innermost(s);
	gboolean emitted = group->emitted;

	leave_branch(s, group);
	s->parens = group->most;
	g_array_set_size(s->groups, s->groups->len - 1);
	group = innermost(s);
	if (group != NULL)
		group->emitted |= emitted;
}

static void follow_groups(State *s, const char *word, gsize size)
{
	Group group = { FALSE, s->parens, s->parens };

	if (opens_group(word, size))
		g_array_append_val(s->groups, group);
	else if (s->groups->len == 0)
		return;
	else if (next_branch(word, size))
		leave_branch(s, innermost(s));
	else if (word_is(word, size, "endif"))
		leave_group(s);
}

/* May a directive stand before this line, and does it help? */
static gboolean may_emit(const State *s, const char *line, const char *end, const char *word, gsize size)
{
	const char *first = skip_blanks(line, end);

	if (s->continued || s->comment || s->quote != 0 || s->parens > 0)
		return FALSE;
	/* A macro's name may be above. */
	if (first < end && *first == '(')
		return FALSE;
	return !next_branch(word, size) && !word_is(word, size, "endif");
}

static void take_line(State *s, const char *line, const char *end, guint wanted)
{
	gboolean plain = !s->continued && !s->comment && s->quote == 0;
	gsize size = 0;
	const char *word = plain ? directive_word(line, end, &size) : NULL;
	gboolean directive = word != NULL || (s->continued && s->directive);

	if (wanted > 0 && s->now != (gint64)wanted && may_emit(s, line, end, word, size)) {
		g_string_append_printf(s->out, "#line %u\n", wanted);
		s->now = wanted;
		if (innermost(s) != NULL)
			innermost(s)->emitted = TRUE;
	}
	g_string_append_len(s->out, line, end - line);
	scan(s, line, end, directive);
	s->continued = end > line && end[-1] == '\\';
	s->directive = directive;
	follow_groups(s, word, size);
	if (s->now >= 0)
		s->now++;
}

/* Numbers of its own, from what it was made of. */
static gboolean has_numbers(const char *text, gsize size)
{
	const char *end = text + size;

	for (const char *at = text; at < end; at++) {
		const char *stop = memchr(at, '\n', (gsize)(end - at));
		gsize length = 0;
		const char *word = directive_word(at, stop != NULL ? stop : end, &length);

		if (word_is(word, length, "line") || (word != NULL && length > 0 && g_ascii_isdigit(*word)))
			return TRUE;
		if (stop == NULL)
			break;
		at = stop;
	}
	return FALSE;
}

/* The number that new line @line had, or 0 if it is new. @*next is the change that comes. */
static guint old_number(const GArray *changes, guint *next, guint line, gint64 *shift)
{
	while (*next < changes->len) {
		const KpChange *change = &g_array_index(changes, KpChange, *next);

		if (line < change->new)
			break;
		if (line - change->new < change->new_count)
			return 0;
		*shift = (gint64)(change->old + change->old_count) - (change->new + change->new_count);
		(*next)++;
	}
	return (guint)(line + *shift);
}

char *kp_lines_keep(const char *patched, gsize size, const GArray *changes, gsize *new_size)
{
	const char *end = patched + size;
	g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(Group));
	State s = { .groups = groups, .now = 1 };
	guint next = 0, number = 1;
	gint64 shift = 0;

	s.out = g_string_sized_new(size + 256);
	if (has_numbers(patched, size)) {
		g_string_append_len(s.out, patched, (gssize)size);
	} else {
		for (const char *at = patched; at < end; number++) {
			const char *stop = memchr(at, '\n', (gsize)(end - at));

			take_line(&s, at, stop != NULL ? stop : end, old_number(changes, &next, number, &shift));
			if (stop != NULL)
				g_string_append_c(s.out, '\n');
			at = stop != NULL ? stop + 1 : end;
		}
	}
	*new_size = s.out->len;
	return g_string_free(s.out, FALSE);
}
