/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/version.h"

#include <string.h>

#define DIGITS "0123456789"

/* Before the end of a text: '~'. Behind it, and before all that may follow: '^'. */
static int rank(char c)
{
	switch (c) {
	case '~': return 0;
	case '\0': return 1;
	case '^': return 2;
	default: return 3;
	}
}

static const char *skip_separators(const char *text)
{
	while (*text != '\0' && !g_ascii_isalnum(*text) && *text != '~' && *text != '^')
		text++;
	return text;
}

static gsize word_length(const char *text)
{
	gsize length = 0;

	while (g_ascii_isalpha(text[length]))
		length++;
	return length;
}

/* Numbers of any length: the longer one is the greater. */
static int compare_numbers(const char **a, const char **b)
{
	gsize left, right;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	left = strspn(*a, DIGITS);
	right = strspn(*b, DIGITS);
	order = left != right ? (left > right) - (left < right) : strncmp(*a, *b, left);
	*a += left;
	*b += right;
	return order;
}

static int compare_words(const char **a, const char **b)
{
	gsize left = word_length(*a), right = word_length(*b);
	int order = strncmp(*a, *b, MIN(left, right));

	*a += left;
	*b += right;
	return order != 0 ? order : (left > right) - (left < right);
}

/* Both begin with a digit or a letter. A number is newer than a word. */
static int compare_segments(const char **a, const char **b)
{
	gboolean left = g_ascii_isdigit(**a), right = g_ascii_isdigit(**b);

	if (left != right)
		return left - right;
	return left ? compare_numbers(a, b) : compare_words(a, b);
}

/* Of two versions, or of two releases: segment by segment, whatever separates them. */
static int compare_parts(const char *a, const char *b)
{
	int order = 0;

	while (order == 0) {
		a = skip_separators(a);
		b = skip_separators(b);
		if (rank(*a) != rank(*b))
			return rank(*a) - rank(*b);
		if (*a == '\0')
			return 0;
		if (rank(*a) == rank('1')) {
			order = compare_segments(&a, &b);
		} else {
			a++;
			b++;
		}
	}
	return order;
}

/* The epoch at the start of *@text, which is moved behind it; "0" if there is none. Caller
 * frees. */
static char *take_epoch(const char **text)
{
	const char *start = *text;
	gsize digits = strspn(start, DIGITS);

	if (digits == 0 || start[digits] != ':')
		return g_strdup("0");
	*text += digits + 1;
	return g_strndup(start, digits);
}

/* What is before the last '-' of *@text, which is moved behind it: to the end if there is
 * none. Caller frees. */
static char *take_version(const char **text)
{
	const char *start = *text, *dash = strrchr(start, '-');
	gsize length = dash != NULL ? (gsize)(dash - start) : strlen(start);

	*text = start + length + (dash != NULL);
	return g_strndup(start, length);
}

static int compare_releases(const char *a, const char *b)
{
	g_autofree char *left_epoch = take_epoch(&a), *right_epoch = take_epoch(&b);
	g_autofree char *left = take_version(&a), *right = take_version(&b);
	int order = compare_parts(left_epoch, right_epoch);

	if (order == 0)
		order = compare_parts(left, right);
	return order != 0 ? order : compare_parts(a, b);
}

gboolean kp_version_says(const char *version)
{
	return version != NULL && g_ascii_isdigit(*version);
}

int kp_version_compare(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	if (kp_version_says(a) != kp_version_says(b))
		return kp_version_says(a) - kp_version_says(b);
	return kp_version_says(a) ? compare_releases(a, b) : strcmp(a, b);
}
