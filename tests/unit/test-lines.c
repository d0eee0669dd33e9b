/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that a diff does not change keep their numbers, and no directive stands where it
 * must not. The preprocessor says which number a line has. */
#include <string.h>
#include <unistd.h>

#include "kmod/build/lines.h"

/* '|' ends a line. @at: new lines [new, new + count) took the place of @old_count lines. */
static const struct {
	const char *patched;
	KpChange change;
	const char *expected;
} rows[] = {
	/* nothing moved */
	{ "a|B|c|", { 2, 1, 2, 1 }, "a|B|c|" },
	/* more lines, fewer lines, at the start, at the end */
	{ "a|x|y|b|", { 2, 0, 2, 2 }, "a|x|y|#line 2|b|" },
	{ "a|d|", { 2, 2, 2, 0 }, "a|#line 4|d|" },
	{ "x|a|b|", { 1, 0, 1, 1 }, "x|#line 1|a|b|" },
	{ "a|x|", { 2, 0, 2, 1 }, "a|x|" },
	/* not in a continued line */
	{ "x|#define A \\|  1|b|", { 1, 0, 1, 1 }, "x|#line 1|#define A \\|  1|b|" },
	{ "#define A \\|  x \\|  1|b|", { 2, 0, 2, 1 }, "#define A \\|  x \\|  1|#line 3|b|" },
	/* not in the arguments of what may be a macro, nor before them */
	{ "f(a,|  x,|  b,|  c);|d|", { 2, 0, 2, 1 }, "f(a,|  x,|  b,|  c);|#line 4|d|" },
	{ "x|f|(a);|b|", { 1, 0, 1, 1 }, "x|#line 1|f|(a);|b|" },
	{ "f|x|(a);|b|", { 2, 0, 2, 1 }, "f|x|(a);|#line 3|b|" },
	{ "f(\"(\", '(',|x|b);|c|", { 2, 0, 2, 1 }, "f(\"(\", '(',|x|b);|#line 3|c|" },
	{ "f(\"\\\"(\");|x|b|", { 2, 0, 2, 1 }, "f(\"\\\"(\");|x|#line 2|b|" },
	/* parentheses in comments and directives do not count, and a comment is no place */
	{ "/* ( */ // (|#define X (|x|b|", { 3, 0, 3, 1 }, "/* ( */ // (|#define X (|x|#line 3|b|" },
	{ "/* a|x|b */|c|", { 2, 0, 2, 1 }, "/* a|x|b */|#line 3|c|" },
	{ "#error don't|x|b|", { 2, 0, 2, 1 }, "#error don't|x|#line 2|b|" },
	/* again behind a group that may not have been read */
	{ "#if A|x|b|#endif|c|d|", { 2, 0, 2, 1 }, "#if A|x|#line 2|b|#endif|#line 4|c|d|" },
	{ "#if A|x|b|#else|c|#endif|d|", { 2, 0, 2, 1 },
	  "#if A|x|#line 2|b|#else|#line 4|c|#endif|#line 6|d|" },
	{ "#if A|#if B|x|b|#endif|#endif|d|", { 3, 0, 3, 1 },
	  "#if A|#if B|x|#line 3|b|#endif|#endif|#line 6|d|" },
	{ "x|#if A|b|#endif|c|", { 1, 0, 1, 1 }, "x|#line 1|#if A|b|#endif|c|" },
	/* each branch opens what is closed behind it */
	{ "#if A|f(a,|x,|#else|g(|#endif|b);|c|", { 3, 0, 3, 1 },
	  "#if A|f(a,|x,|#else|#line 4|g(|#endif|b);|#line 7|c|" },
	/* what has numbers of its own stays */
	{ "#line 7 \"x.y\"|x|b|", { 2, 0, 2, 1 }, "#line 7 \"x.y\"|x|b|" },
	/* no newline at the end */
	{ "x|a", { 1, 0, 1, 1 }, "x|#line 1|a" },
};

static char *keep(const char *text, const GArray *changes)
{
	gsize size;
	char *kept = kp_lines_keep(text, strlen(text), changes, &size);

	g_assert_cmpuint(strlen(kept), ==, size);
	return kept;
}

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdelimit(g_strdup(rows[i].patched), "|", '\n');
		g_autofree char *expected = g_strdelimit(g_strdup(rows[i].expected), "|", '\n');
		g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(KpChange));
		g_autofree char *kept = NULL;

		g_array_append_val(changes, rows[i].change);
		kept = keep(text, changes);
		g_assert_cmpstr(kept, ==, expected);
	}
}

/* A line of each sort; @ is a number that is in no other line. */
static const char *const sorts[] = {
	"int v_@ = __LINE__;", "int v_@ = __LINE__;", "int v_@ = __LINE__;",
	"/* ( @", "#if @ % 2", "#ifdef NONE_@", "#else", "#endif", "#endif",
	"#define M_@(a) \\", "int w_@(", "char *s_@ = \"(\\\"\";", "// ( @", "",
};

static char *fill(const char *sort, guint number)
{
	g_auto(GStrv) parts = g_strsplit(sort, "@", 2);
	g_autofree char *text = g_strdup_printf("%u", number);

	return g_strjoinv(text, parts);
}

/* The lines of a file whose groups, comments and parentheses are closed. */
static GPtrArray *make_lines(GRand *rand, guint n)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) groups = g_string_new(NULL);	/* 'i' before #else, 'e' behind it */

	for (guint i = 0; i < n; i++) {
		const char *sort = sorts[g_rand_int_range(rand, 0, G_N_ELEMENTS(sorts))];
		char group = groups->len > 0 ? groups->str[groups->len - 1] : '\0';

		if ((g_str_equal(sort, "#endif") && group == '\0') || (g_str_equal(sort, "#else") && group != 'i'))
			continue;
		if (g_str_equal(sort, "#endif") || g_str_equal(sort, "#else"))
			g_string_truncate(groups, groups->len - 1);
		if (g_str_has_prefix(sort, "#if") || g_str_equal(sort, "#else"))
			g_string_append_c(groups, g_str_equal(sort, "#else") ? 'e' : 'i');
		g_ptr_array_add(lines, fill(sort, i + 1));
		if (g_str_has_prefix(sort, "/*"))
			g_ptr_array_add(lines, g_strdup("*/"));
		if (g_str_has_prefix(sort, "int w"))
			g_ptr_array_add(lines, g_strdup("int x);"));
		if (g_str_has_prefix(sort, "#define"))
			g_ptr_array_add(lines, g_strdup("  (a"));
	}
	for (gsize i = 0; i < groups->len; i++)
		g_ptr_array_add(lines, g_strdup("#endif"));
	return lines;
}

static char *join(const GPtrArray *lines)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf(text, "%s\n", (const char *)g_ptr_array_index(lines, i));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* v_N with its number, as the compiler sees it. */
static GHashTable *numbers(const char *text)
{
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "kpatch-lines-XXXXXX", NULL);
	GHashTable *found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GError) error = NULL;
	g_autofree char *out = NULL;
	const char *argv[] = { "gcc", "-E", "-P", "-x", "c", path, NULL };
	g_auto(GStrv) lines = NULL;
	int fd = g_mkstemp(path), status;

	close(fd);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, &status, &error);
	g_assert_no_error(error);
	g_assert_cmpint(status, ==, 0);
	unlink(path);
	lines = g_strsplit(out, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		const char *is = strstr(*line, " = ");

		if (g_str_has_prefix(*line, "int v_") && is != NULL)
			g_hash_table_insert(found, g_strndup(*line, (gsize)(is - *line)), g_strdup(is));
	}
	return found;
}

/* New lines of text come in, and lines of text go; others would change what is read. */
static GPtrArray *change(GRand *rand, const GPtrArray *old, GArray *changes)
{
	GPtrArray *new = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < old->len; i++) {
		const char *line = g_ptr_array_index(old, i);
		KpChange one = { i + 1, 0, new->len + 1, 0 };
		gboolean inside = i > 0 && g_str_has_suffix(g_ptr_array_index(old, i - 1), "\\");

		if (!inside && g_rand_int_range(rand, 0, 6) == 0)
			for (one.new_count = 1; g_rand_boolean(rand); one.new_count++)
				;
		for (guint n = 0; n < one.new_count; n++)
			g_ptr_array_add(new, g_strdup("/* new */"));
		if (g_str_has_prefix(line, "int v_") && g_rand_int_range(rand, 0, 6) == 0)
			one.old_count = 1;
		else
			g_ptr_array_add(new, g_strdup(line));
		if (one.old_count > 0 || one.new_count > 0)
			g_array_append_val(changes, one);
	}
	return new;
}

static void compare(const char *before, const char *after)
{
	g_autoptr(GHashTable) old = numbers(before);
	g_autoptr(GHashTable) new = numbers(after);
	GHashTableIter iter;
	gpointer name, number;

	g_hash_table_iter_init(&iter, new);
	while (g_hash_table_iter_next(&iter, &name, &number))
		if (g_strcmp0(number, g_hash_table_lookup(old, name)) != 0)
			g_error("%s%s, not%s, in:\n%s\nwhich was:\n%s", (char *)name, (char *)number,
				(char *)g_hash_table_lookup(old, name), after, before);
}

static void test_compiler(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);

	for (guint i = 0; i < 40; i++) {
		g_autoptr(GPtrArray) old = make_lines(rand, 60);
		g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(KpChange));
		g_autoptr(GPtrArray) new = change(rand, old, changes);
		g_autofree char *before = join(old), *patched = join(new);
		g_autofree char *after = keep(patched, changes);

		compare(before, after);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lines/rows", test_rows);
	g_test_add_func("/lines/compiler", test_compiler);
	return g_test_run();
}
