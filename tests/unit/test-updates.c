/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "package/updates.h"

static const char *const globs[] = { "kpatch-patch-*", "kernel-core", NULL };

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n"
#define WANTED "<update a=\"b\"><package name=\"kernel-core\"/></update>"
#define OTHER "<update><package name=\"kernel-core-tools\" src=\"kernel-core\"/></update>"
#define TAIL "</updates>\n"

/* All that the filter lets through of @text, or NULL; then *@problem says why. */
static char *filtered(const char *text, gsize length, char **problem)
{
	FILE *file = fmemopen((gpointer)text, length, "r");
	FILE *stream = kp_updates_filter(file, globs, problem);
	GString *out = g_string_new(NULL);
	char buffer[1000];
	gsize n;

	while ((n = fread(buffer, 1, sizeof(buffer), stream)) > 0)
		g_string_append_len(out, buffer, (gssize)n);
	g_assert_true((ferror(stream) != 0) == (*problem != NULL));
	fclose(stream);
	return g_string_free(out, *problem != NULL);
}

static const struct {
	const char *text;
	const char *out;	/* between head and tail; NULL: an error */
	const char *problem;	/* part of it */
} rows[] = {
	{ HEAD TAIL, "", NULL },
	{ "<updates/>", "", NULL },
	{ "<updates />\n", "", NULL },
	{ "<?xml version=\"1.0\"?><updates xmlns=\"urn:x\"/>", "", NULL },
	{ "<u:updates xmlns:u=\"urn:x\"></u:updates>", "", NULL },
	{ "<updates><![CDATA[]]></updates>", "", NULL },
	{ "<updates><!--" WANTED "--></updates >", "", NULL },
	{ "<updates><!-- <update> -->" WANTED "<!-- none --></updates>", WANTED, NULL },
	{ "<updates><update><", NULL, "cut short" },
	{ "<updates><!--" WANTED "</updates>", NULL, "cut short" },
	{ HEAD WANTED TAIL, WANTED, NULL },
	{ HEAD OTHER WANTED "\n" OTHER WANTED TAIL, WANTED WANTED, NULL },
	{ "<updates>" WANTED "</updates>", WANTED, NULL },
	{ "<?xml version='1.0' encoding='utf-8'?><updates>" WANTED TAIL, WANTED, NULL },
	{ HEAD "<update><package name='kpatch-patch-x'/></update>" TAIL,
	  "<update><package name='kpatch-patch-x'/></update>", NULL },
	/* what is not written as usual is for the parser */
	{ HEAD "<update><package name=\"kernel&#45;core\"/></update>" TAIL,
	  "<update><package name=\"kernel&#45;core\"/></update>", NULL },
	{ HEAD "<update><package name=\"kernel</update>" TAIL,
	  "<update><package name=\"kernel</update>", NULL },
	{ HEAD "<updated/>" WANTED TAIL, WANTED, NULL },
	{ "<!DOCTYPE updates [<!ENTITY a \"b\">]><updates>" WANTED TAIL, WANTED, NULL },
	{ "", NULL, "cut short" },
	{ HEAD WANTED, NULL, "cut short" },
	{ HEAD "<update><package name=\"kernel-core\"/>", NULL, "cut short" },
	{ HEAD "</update>" TAIL, NULL, "has not begun" },
	{ "<?xml version=\"1.0\" encoding=\"UTF-16\"?><updates>" TAIL, NULL, "not in UTF-8" },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *problem = NULL;
		g_autofree char *out = filtered(rows[i].text, strlen(rows[i].text), &problem);
		g_autofree char *wanted = rows[i].out == NULL ? NULL :
			g_strconcat(HEAD, rows[i].out, TAIL, NULL);

		g_test_message("%s", rows[i].text);
		g_assert_cmpstr(out, ==, wanted);
		if (rows[i].problem != NULL)
			g_assert_nonnull(strstr(problem, rows[i].problem));
	}
}

/* Wherever a read ends: the file is read in pieces of 128 KiB. */
static void test_boundaries(void)
{
	const gsize piece = 128 * 1024;

	for (gsize back = 0; back < strlen(HEAD WANTED TAIL) + 2; back++) {
		g_autoptr(GString) text = g_string_new(HEAD OTHER);
		g_autofree char *problem = NULL;
		g_autofree char *out = NULL;

		while (text->len < piece - back)
			g_string_append_c(text, ' ');
		g_string_append(text, WANTED OTHER WANTED TAIL);
		out = filtered(text->str, text->len, &problem);
		g_assert_cmpstr(problem, ==, NULL);
		g_assert_cmpstr(out, ==, HEAD WANTED WANTED TAIL);
	}
}

/* Whatever bytes there are, it comes to an end. */
static void test_damaged(void)
{
	static const char whole[] = HEAD WANTED OTHER WANTED TAIL;

	for (gsize i = 0; i < 20000; i++) {
		g_autofree char *text = g_memdup2(whole, sizeof(whole));
		gsize length = (gsize)g_test_rand_int_range(1, (gint32)sizeof(whole));
		g_autofree char *problem = NULL;
		g_autofree char *out = NULL;

		for (int n = g_test_rand_int_range(1, 6); n > 0; n--)
			text[g_test_rand_int_range(0, (gint32)length)] =
				(char)g_test_rand_int_range(0, 256);
		out = filtered(text, length, &problem);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/updates/rows", test_rows);
	g_test_add_func("/updates/boundaries", test_boundaries);
	g_test_add_func("/updates/damaged", test_damaged);
	return g_test_run();
}
