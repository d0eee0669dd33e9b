/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cve.h"

#include <string.h>

#define PREFIX "CVE-"

/* the longest number that is believed; the CVE Program sets no limit */
#define MOST_DIGITS 19

GHashTable *kp_cve_set_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static gsize count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* The length of the ID that @text begins with, or 0. */
static gsize id_length(const char *text)
{
	gsize prefix = strlen(PREFIX), digits;

	if (g_ascii_strncasecmp(text, PREFIX, prefix) != 0 ||
	    count_digits(text + prefix) != 4 || text[prefix + 4] != '-')
		return 0;
	digits = count_digits(text + prefix + 5);
	/* zeros only fill a number up to four digits */
	if (digits < 4 || digits > MOST_DIGITS || (digits > 4 && text[prefix + 5] == '0'))
		return 0;
	return prefix + 5 + digits;
}

static char *canonical(const char *text, gsize length)
{
	return g_ascii_strup(text, (gssize)length);
}

char *kp_cve_parse(const char *word)
{
	gsize length = id_length(word);

	return length > 0 && word[length] == '\0' ? canonical(word, length) : NULL;
}

const char *kp_cve_spell(char **words)
{
	for (char **word = words; word != NULL && *word != NULL; word++) {
		char *spelt = kp_cve_parse(*word);

		if (spelt == NULL)
			return *word;
		g_free(*word);
		*word = spelt;
	}
	return NULL;
}

static gboolean is_word_end(char c)
{
	return !g_ascii_isalnum(c) && c != '_';
}

static void scan(const char *from, const char *to, GHashTable *set)
{
	for (const char *at = from; at < to; at++) {
		gsize length = (*at == 'C' || *at == 'c') ? id_length(at) : 0;

		if (length == 0 || (at > from && !is_word_end(at[-1])))
			continue;
		if (is_word_end(at[length]))
			g_hash_table_add(set, canonical(at, length));
		at += length - 1;
	}
}

void kp_cve_scan(const char *text, GHashTable *set)
{
	scan(text, text + strlen(text), set);
}

/* Where the next item after @item begins, or the end of the text. What is a list
 * below an item, further in, is part of it. */
static const char *next_item(const char *item)
{
	static const char blanks[] = " \t";
	gsize indent = strspn(item, blanks);
	const char *line = item;

	while ((line = strchr(line, '\n')) != NULL) {
		gsize inside = strspn(++line, blanks);

		if (line[inside] == '-' && inside <= indent)
			return line;
	}
	return item + strlen(item);
}

static gboolean takes_back(const char *item, const char *end)
{
	static const char word[] = "revert";

	for (; item + strlen(word) <= end; item++)
		if (g_ascii_strncasecmp(item, word, strlen(word)) == 0)
			return TRUE;
	return FALSE;
}

/* Adds what @from has to @to, unless @other has it. */
static void settle(GHashTable *from, GHashTable *to, GHashTable *other)
{
	GHashTableIter iter;
	gpointer id;

	g_hash_table_iter_init(&iter, from);
	while (g_hash_table_iter_next(&iter, &id, NULL))
		if (!g_hash_table_contains(other, id))
			g_hash_table_add(to, g_strdup(id));
}

void kp_cve_scan_changelog(const char *text, GHashTable *fixed, GHashTable *reverted)
{
	g_autoptr(GHashTable) fixes = kp_cve_set_new(), reverts = kp_cve_set_new();

	while (*text != '\0') {
		const char *end = next_item(text);

		scan(text, end, takes_back(text, end) ? reverts : fixes);
		text = end;
	}
	/* in which order both were done in one entry is not known */
	settle(reverts, reverted, fixed);
	settle(fixes, fixed, reverted);
}

/* Digits of @id from @offset, without zeros before them. */
static const char *number_at(const char *id, gsize offset)
{
	const char *digits = id + offset;

	while (*digits == '0')
		digits++;
	return digits;
}

int kp_cve_compare(const char *a, const char *b)
{
	gsize prefix = strlen(PREFIX);
	int years = strncmp(b + prefix, a + prefix, 4);
	const char *left = number_at(a, prefix + 5), *right = number_at(b, prefix + 5);
	gsize left_length = strlen(left), right_length = strlen(right);

	if (years != 0)
		return years;
	if (left_length != right_length)
		return left_length < right_length ? 1 : -1;
	return strcmp(right, left);
}

static int compare_items(gconstpointer a, gconstpointer b)
{
	return kp_cve_compare(*(const char *const *)a, *(const char *const *)b);
}

char **kp_cve_set_list(GHashTable *set)
{
	GPtrArray *list = g_ptr_array_new();
	GHashTableIter iter;
	gpointer id;

	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &id, NULL))
		g_ptr_array_add(list, g_strdup(id));
	g_ptr_array_sort(list, compare_items);
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}
