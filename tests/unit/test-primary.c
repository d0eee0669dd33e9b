/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/primary.h"

#include <string.h>

/* What comes out of @text, or NULL with *@problem. */
static char *filter(const char *text, gsize size, const KpPrimaryWanted *wanted, char **problem)
{
	FILE *file = fmemopen((void *)text, size, "r");
	FILE *stream = kp_primary_filter(file, wanted, problem);
	GString *out = g_string_new(NULL);
	char buffer[1000];
	gsize n;

	while ((n = fread(buffer, 1, sizeof(buffer), stream)) > 0)
		g_string_append_len(out, buffer, (gssize)n);
	g_assert_cmpint(ferror(stream) != 0, ==, *problem != NULL);
	fclose(stream);
	return g_string_free(out, *problem != NULL);
}

static const char *const globs[] = { "kpatch-patch-*", NULL };
static const char *const ties[] = { "2.el9.x86_64", "7", NULL };

#define NAMED(name, more) "<package type=\"rpm\">\n  <name>" name "</name>" more "</package>\n"
#define TIE(flags, version) "<rpm:entry name=\"kernel-uname-r\"" flags version "/>"
#define DOCUMENT(packages) "<?xml version=\"1.0\"?>\n<metadata packages=\"9\">\n" packages "</metadata>\n"

static void assert_kept(const char *document, const KpPrimaryWanted *wanted, gboolean kept)
{
	g_autofree char *problem = NULL;
	g_autofree char *out = filter(document, strlen(document), wanted, &problem);

	g_assert_null(problem);
	g_assert_true(g_str_has_prefix(out, "<?xml"));
	g_assert_true(g_str_has_suffix(out, "</metadata>\n"));
	g_assert_cmpint(strstr(out, "<package ") != NULL, ==, kept);
}

static void test_names(void)
{
	const KpPrimaryWanted wanted = { .globs = globs };

	assert_kept(DOCUMENT(NAMED("kpatch-patch-5", "")), &wanted, TRUE);
	assert_kept(DOCUMENT(NAMED("bash", "")), &wanted, FALSE);
	assert_kept(DOCUMENT(NAMED("a-kpatch-patch-5", "")), &wanted, FALSE);
	assert_kept(DOCUMENT(NAMED("bash", "<summary>kpatch-patch-5</summary>")), &wanted, FALSE);
	assert_kept(DOCUMENT(""), &wanted, FALSE);
	/* what cannot be told is for the parser */
	assert_kept(DOCUMENT("<package ><name >bash</name></package>"), &wanted, TRUE);
}

/* Packages that are wanted whatever they are tied to, and names that others have. */
static void test_elsewhere(void)
{
#define OTHER "<rpm:entry name=\"kernel-uname-r\" flags=\"EQ\" ver=\"5\" rel=\"8.el9\"/>"
#define OURS "<rpm:entry name=\"kernel-uname-r\" flags=\"EQ\" ver=\"5\" rel=\"2.el9.x86_64\"/>"
	static const char *const names[] = { "kernel-core", NULL };
	static const char document[] = DOCUMENT(NAMED("kernel-core", OTHER) NAMED("kernel-core-x", OTHER)
		NAMED("kpatch-patch-1", OTHER) NAMED("kpatch-patch-1", OTHER) NAMED("kpatch-patch-2", OURS)
		NAMED("bash", OTHER));
	g_autoptr(GHashTable) elsewhere = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const KpPrimaryWanted wanted = { .globs = globs, .ties = ties, .names = names,
					 .elsewhere = elsewhere };
	g_autofree char *problem = NULL;
	g_autofree char *out = filter(document, strlen(document), &wanted, &problem);

	g_assert_null(problem);
	g_assert_nonnull(strstr(out, "<name>kernel-core</name>"));
	g_assert_nonnull(strstr(out, "kpatch-patch-2"));
	g_assert_null(strstr(out, "kernel-core-x"));
	g_assert_null(strstr(out, "kpatch-patch-1"));
	g_assert_cmpuint(g_hash_table_size(elsewhere), ==, 1);
	g_assert_true(g_hash_table_contains(elsewhere, "kpatch-patch-1"));
}

static void test_provides(void)
{
	static const char *const names[] = { "libx.so.1", "/usr/bin/x", NULL };
	const KpPrimaryWanted wanted = { .provides = names };

	assert_kept(DOCUMENT(NAMED("x", "<rpm:entry name=\"libx.so.1\"/>")), &wanted, TRUE);
	assert_kept(DOCUMENT(NAMED("x", "<rpm:entry name=\"libx.so.11\"/>")), &wanted, FALSE);
	assert_kept(DOCUMENT(NAMED("x", "<file>/usr/bin/x</file>")), &wanted, TRUE);
	assert_kept(DOCUMENT(NAMED("x", "<file>/usr/bin/xx</file>")), &wanted, FALSE);
	assert_kept(DOCUMENT(NAMED("kpatch-patch-5", "")), &wanted, FALSE);
}

static void test_ties(void)
{
	const KpPrimaryWanted wanted = { .globs = globs, .ties = ties };
#define PATCH(more) DOCUMENT(NAMED("kpatch-patch-5", more))
#define EQ " flags=\"EQ\""

	assert_kept(PATCH(TIE(EQ, " ver=\"5\" rel=\"2.el9.x86_64\"")), &wanted, TRUE);
	assert_kept(PATCH(TIE(" ver=\"5\" rel=\"2.el9.x86_64\"", EQ)), &wanted, TRUE);
	assert_kept(PATCH(TIE(EQ, " ver=\"7\"")), &wanted, TRUE);
	assert_kept(PATCH(TIE(EQ, " ver=\"5\" rel=\"12.el9.x86_64\"")), &wanted, FALSE);
	assert_kept(PATCH(TIE(EQ, " ver=\"5\" rel=\"2.el9.x86_64.1\"")), &wanted, FALSE);
	/* a range may mean one of ours, and so may one of several */
	assert_kept(PATCH(TIE(" flags=\"GE\"", " ver=\"4\" rel=\"1\"")), &wanted, TRUE);
	assert_kept(PATCH(TIE("", "")), &wanted, TRUE);
	assert_kept(PATCH(TIE(EQ, " rel=\"9\"") TIE(EQ, " rel=\"2.el9.x86_64\"")), &wanted, TRUE);
	assert_kept(PATCH(TIE(EQ, " rel=\"9\"") TIE(EQ, " rel=\"8\"")), &wanted, FALSE);
	/* whether one that asks for no kernel is a patch is not for us to say */
	assert_kept(PATCH(""), &wanted, TRUE);
}

/* The same of nothing, in all ways to write it. */
static void test_empty(void)
{
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define NAMESPACES " xmlns=\"http://linux.duke.edu/metadata/common\"" \
		   " xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\""
	static const char *const documents[] = {
		XML "<metadata" NAMESPACES " packages=\"0\"/>\n",
		XML "<metadata packages=\"0\"/>", "<metadata/>", "<metadata />", "<metadata\n/>\n",
		"\xef\xbb\xbf<metadata/>", "<metadata></metadata>", "<metadata></metadata >",
		"<metadata></metadata\n>\n", XML "<metadata packages='0'>\n</metadata>",
		XML "<metadata><![CDATA[]]></metadata>", "<metadata><![CDATA[ </package> ]]></metadata>",
		"<m:metadata xmlns:m=\"http://linux.duke.edu/metadata/common\" packages=\"0\"/>",
		"<m:metadata xmlns:m=\"http://linux.duke.edu/metadata/common\"></m:metadata>",
		"<!-- none --><metadata/>", "<metadata/><!-- none -->\n<?end?>", "<metadata><!-- > --></metadata>",
		"<!DOCTYPE metadata><metadata/>", "<metadata><other><package/></other></metadata>",
		"<metadata note=\"/>\"></metadata>",
		/* packages that were taken out */
		"<metadata><!--" NAMED("kpatch-patch-1", "") "--></metadata>",
		"<metadata><?old " NAMED("kpatch-patch-1", "") "?></metadata>",
		"<metadata><![CDATA[" NAMED("kpatch-patch-1", "") "]]></metadata>",
	};
	const KpPrimaryWanted wanted = { .globs = globs };

	for (gsize i = 0; i < G_N_ELEMENTS(documents); i++) {
		g_test_message("%s", documents[i]);
		assert_kept(documents[i], &wanted, FALSE);
	}
}

/* Of what is not there nothing is read, and what is there is read beside it. */
static void test_asides(void)
{
	const KpPrimaryWanted wanted = { .globs = globs };
	static const char *const kept[] = {
		DOCUMENT("<!--" NAMED("bash", "") "-->" NAMED("kpatch-patch-1", "")),
		DOCUMENT(NAMED("kpatch-patch-1", "<summary><![CDATA[</package>]]></summary>")),
		DOCUMENT("<!-- - -- > -->" NAMED("kpatch-patch-1", "<!-- </package> -->")),
		"<x:metadata>" NAMED("kpatch-patch-1", "") "<other></other></x:metadata\n>",
		/* a name in another spelling is for the parser */
		DOCUMENT(NAMED("<![CDATA[kpatch-patch-1]]>", "")),
		DOCUMENT(NAMED("kpatch&#45;patch-1", "")),
	};

	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
		g_test_message("%s", kept[i]);
		assert_kept(kept[i], &wanted, TRUE);
	}
}

/* The same where a read ends in the middle of it: 128 KiB are read at a time. */
static void test_aside_any_place(void)
{
	static const char head[] = "<metadata>", comment[] = "<!--" NAMED("kpatch-patch-1", "") "-->";
	const KpPrimaryWanted wanted = { .globs = globs };

	for (gsize before = 0; before < sizeof(comment) + 2; before++) {
		g_autofree char *filler = g_strnfill(128 * 1024 - before - strlen(head), ' ');
		g_autofree char *text = g_strconcat(head, filler, comment, "</metadata>", NULL);

		assert_kept(text, &wanted, FALSE);
	}
}

static void assert_problem(const char *text, gsize size, const char *expected)
{
	const KpPrimaryWanted wanted = { .globs = globs };
	g_autofree char *problem = NULL;
	g_autofree char *out = filter(text, size, &wanted, &problem);

	g_assert_null(out);
	g_assert_nonnull(strstr(problem, expected));
}

static void test_damage(void)
{
	static const char whole[] = DOCUMENT(NAMED("kpatch-patch-1", "") NAMED("bash", ""));
	static const char foreign[] = "<?xml version=\"1.0\" encoding=\"latin1\"?><metadata></metadata>";
	static const char unopened[] = DOCUMENT("</package>");
	static const char *const cut[] = {
		"<metadata packages=\"0\"", "<metadata>", "<metadata/", "<metadata/>x", "<metadata/><metadata/>",
		"<metadata><!-- </metadata>", "<metadata><![CDATA[ </metadata>", "<metadata><?x </metadata>",
		"<other/>", "<metadata2/>", "<metadata></other>", "<updates/>", " ",
		DOCUMENT(NAMED("bash", "")) "</other>",
	};
	static const char prefixed[] = "<m:metadata><m:package><m:name>x</m:name></m:package></m:metadata>";
	g_autofree char *huge = g_strnfill(17 * 1024 * 1024, 'x');

	/* a document that is cut anywhere before its end is not taken for a shorter one */
	for (gsize size = 1; size < sizeof(whole) - 2; size++)
		assert_problem(whole, size, "cut short");
	for (gsize i = 0; i < G_N_ELEMENTS(cut); i++)
		assert_problem(cut[i], strlen(cut[i]), "cut short");
	/* packages that we cannot read are not no packages */
	assert_problem(prefixed, strlen(prefixed), "not written as <package>");
	assert_problem(unopened, strlen(unopened), "has not begun");
	/* the parser would take it for UTF-8 */
	assert_problem(foreign, strlen(foreign), "not in UTF-8");
	memcpy(huge, "<metadata><package ", 19);
	assert_problem(huge, strlen(huge), "16 MiB");
}

/* The stream is read in pieces of 128 KiB: the end of an element may lie on both
 * sides of such a place. */
static void test_any_place(void)
{
	static const char head[] = "<metadata>\n<package type=\"rpm\">\n  <name>kpatch-patch-0</name>";
	const KpPrimaryWanted wanted = { .globs = globs };

	for (gsize before = 0; before < 20; before++) {
		g_autofree char *filler = g_strnfill(128 * 1024 - before - strlen(head), '-');
		g_autofree char *text = g_strconcat(head, filler, "</package>\n" NAMED("bash", "")
						    NAMED("kpatch-patch-1", "") "</metadata>", NULL);
		g_autofree char *problem = NULL;
		g_autofree char *out = filter(text, strlen(text), &wanted, &problem);

		g_assert_null(problem);
		g_assert_nonnull(strstr(out, filler));
		g_assert_nonnull(strstr(out, "kpatch-patch-1"));
		g_assert_null(strstr(out, "bash"));
	}
}

/* Whatever bytes there are, it comes to an end. */
static void test_bytes(void)
{
	static const char whole[] = PATCH(TIE(EQ, " rel=\"9\"") TIE(EQ, " rel=\"2.el9.x86_64\""));
	static const char *const names[] = { "libx.so.1", NULL };
	const KpPrimaryWanted wanted = { .globs = globs, .ties = ties, .provides = names };

	for (gsize i = 0; i < 20000; i++) {
		g_autofree char *text = g_memdup2(whole, sizeof(whole));
		gsize length = (gsize)g_test_rand_int_range(1, (gint32)sizeof(whole));
		g_autofree char *problem = NULL;
		g_autofree char *out = NULL;

		for (int n = g_test_rand_int_range(1, 6); n > 0; n--)
			text[g_test_rand_int_range(0, (gint32)length)] =
				(char)g_test_rand_int_range(0, 256);
		out = filter(text, length, &wanted, &problem);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/primary/names", test_names);
	g_test_add_func("/primary/elsewhere", test_elsewhere);
	g_test_add_func("/primary/provides", test_provides);
	g_test_add_func("/primary/ties", test_ties);
	g_test_add_func("/primary/empty", test_empty);
	g_test_add_func("/primary/asides", test_asides);
	g_test_add_func("/primary/aside-any-place", test_aside_any_place);
	g_test_add_func("/primary/damage", test_damage);
	g_test_add_func("/primary/any-place", test_any_place);
	g_test_add_func("/primary/bytes", test_bytes);
	return g_test_run();
}
