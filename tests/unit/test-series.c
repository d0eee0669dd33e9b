/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diffs become a patched copy and a list of objects; whatever goes wrong, the author's tree
 * is as it was, and no copy is left. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "kmod/build/series.h"

typedef struct {
	char *top, *tree, *folder;
	GPtrArray *diffs;	/* paths; ends with NULL when used */
} Place;

/* Nine lines "int BASE_N;", then includes. */
static const struct {
	const char *name, *base, *end;
} sources[] = {
	{ "Makefile", "make", "" },
	{ "fs/Makefile", "make", "obj-y := namei.o open.o\n" },
	{ "fs/namei.c", "n", "" },
	{ "fs/open.c", "o", "#include \"internal.h\"\n" },
	{ "fs/internal.h", "fi", "" },
	{ "mm/Makefile", "make", "obj-y := mm.o own.o\n" },
	{ "mm/mm.c", "m", "# include <linux/all.h>\n" },
	{ "mm/own.c", "w", "#include \"internal.h\"\n" },
	{ "mm/internal.h", "mi", "" },
	{ "include/linux/fs.h", "f", "" },
	{ "include/linux/all.h", "a", "#include <linux/fs.h>\n" },
	{ "include/linux/none.h", "z", "" },
	{ "include/linux/magic.h", "g", "" },
	{ "include/asm-generic/bug.h", "b", "" },
	{ "lib/Makefile", "make", "obj-y := bug.o\n" },
	{ "lib/bug.c", "l", "#include <asm/bug.h>\n#define FILE_OF_IT <linux/magic.h>\n" },
	{ "lib/table.inc", "t", "" },
	{ "lib/lonely.inc", "i", "" },
	{ "lib/deep/sub/x.h", "x", "" },
	{ "lib/deep/far.c", "r", "#include \"sub/x.h\"\n#include \"../table.inc\"\n" },
	{ "kernel/sched/Makefile", "make", "obj-y += build_policy.o\n" },
	{ "kernel/sched/build_policy.c", "p", "#include \"rt.c\"\n" },
	{ "kernel/sched/rt.c", "rt", "" },
	{ "arch/x86/boot/main.c", "k", "#include <linux/fs.h>\n" },
	{ "arch/x86/kernel/head.S", "h", "" },
	{ "arch/arm64/kernel/arm.c", "q", "#include <linux/fs.h>\n" },
	{ "drivers/a b/x y.c", "y", "" },
	{ "Documentation/x.rst", "d", "" },
	{ "Documentation/deep/y.rst", "e", "" },
};

static void write_file(const char *top, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(top, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *source_text(const char *base, const char *end)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 1; i <= 9; i++)
		g_string_append_printf(text, "int %s_%u;\n", base, i);
	g_string_append(text, end);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static Place *place_new(void)
{
	Place *place = g_new0(Place, 1);
	g_autofree char *link = NULL;

	place->top = g_dir_make_tmp("kpatch series XXXXXX", NULL);
	place->tree = g_build_filename(place->top, "the tree", NULL);
	place->folder = g_build_filename(place->top, "cache", NULL);
	place->diffs = g_ptr_array_new_with_free_func(g_free);
	for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
		g_autofree char *text = source_text(sources[i].base, sources[i].end);

		write_file(place->tree, sources[i].name, text);
	}
	link = g_build_filename(place->tree, "fs", "link.c", NULL);
	g_assert_cmpint(symlink("/etc/hostname", link), ==, 0);
	g_free(g_steal_pointer(&link));
	link = g_build_filename(place->tree, "out", NULL);
	g_assert_cmpint(symlink("../outside", link), ==, 0);
	write_file(place->top, "outside/x.c", "int s_1;\n");
	return place;
}

static void place_free(Place *place)
{
	const char *argv[] = { "rm", "-rf", "--", place->top, NULL };

	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_ptr_array_unref(place->diffs);
	g_free(place->folder);
	g_free(place->tree);
	g_free(place->top);
	g_free(place);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Place, place_free)

/* Names, inodes, times and contents of all of the tree. */
static char *picture(const Place *place)
{
	g_autofree char *out = NULL;
	const char *argv[] = { "sh", "-c",
		"cd \"$1\" && find . ../outside -printf '%p %i %m %s %T@ %l\\n' | sort && "
		"find . ../outside -type f -print0 | sort -z | xargs -0 cat", "sh", place->tree, NULL };

	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, NULL, NULL));
	return g_steal_pointer(&out);
}

static void add_diff(Place *place, const char *text)
{
	g_autofree char *name = g_strdup_printf("%u the.diff", place->diffs->len + 1);

	write_file(place->top, name, text);
	g_ptr_array_add(place->diffs, g_build_filename(place->top, name, NULL));
}

/* Line 5 of @name, whose lines are called @base, gets other text: "@with_5". */
static char *change(const char *name, const char *base, const char *with)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_printf(text, "--- a/%s\t\n+++ b/%s\t\n@@ -2,7 +2,7 @@\n", name, name);
	for (guint i = 2; i <= 8; i++) {
		g_string_append_printf(text, "%cint %s_%u;\n", i == 5 ? '-' : ' ', base, i);
		if (i == 5)
			g_string_append_printf(text, "+int %s_5;\n", with);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void add_change(Place *place, const char *name, const char *base, const char *with)
{
	g_autofree char *text = change(name, base, with);

	add_diff(place, text);
}

static KpSeries *apply_with(Place *place, guint fuzz, gboolean (*built)(const char *, gpointer), GError **error)
{
	g_autoptr(GPtrArray) diffs = g_ptr_array_new();
	KpSeriesRequest request = { .tree = place->tree, .folder = place->folder, .fuzz = fuzz, .built = built };

	for (guint i = 0; i < place->diffs->len; i++)
		g_ptr_array_add(diffs, g_ptr_array_index(place->diffs, i));
	g_ptr_array_add(diffs, NULL);
	request.diffs = (const char *const *)diffs->pdata;
	return kp_series_apply(&request, error);
}

static KpSeries *apply(Place *place)
{
	g_autoptr(GError) error = NULL;
	KpSeries *series = apply_with(place, 0, NULL, &error);

	g_assert_no_error(error);
	return series;
}

static char *units(const KpSeries *series)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < series->units->len; i++) {
		const KpUnit *unit = g_ptr_array_index(series->units, i);

		g_string_append_printf(text, "%s%s%s", i > 0 ? " " : "", unit->object, unit->header ? "(h)" : "");
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *notes(const KpSeries *series)
{
	g_ptr_array_add(series->notes, NULL);
	return g_strjoinv("\n", (char **)series->notes->pdata);
}

static char *contents(const char *top, const char *name)
{
	g_autofree char *path = g_build_filename(top, name, NULL);
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

/* How many copies are in the cache. */
static guint copies(const Place *place)
{
	g_autoptr(GDir) dir = g_dir_open(place->folder, 0, NULL);
	const char *name;
	guint n = 0;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		n += g_str_has_prefix(name, "series.");
	return n;
}

static void same_inode(const KpSeries *series, const char *name, gboolean same)
{
	g_autofree char *old = g_build_filename(series->original, name, NULL);
	g_autofree char *new = g_build_filename(series->tree, name, NULL);
	struct stat a, b;

	g_assert_cmpint(stat(old, &a), ==, 0);
	g_assert_cmpint(stat(new, &b), ==, 0);
	g_assert_true((a.st_ino == b.st_ino) == same);
	g_assert_cmpuint(a.st_mode, ==, b.st_mode);
}

static void test_apply(void)
{
	g_autoptr(Place) place = place_new();
	g_autofree char *before = picture(place), *after = NULL, *text = NULL, *list = NULL, *gone = NULL;
	KpSeries *series;

	add_change(place, "fs/namei.c", "n", "new");
	series = apply(place);
	text = contents(series->tree, "fs/namei.c");
	g_assert_nonnull(strstr(text, "int n_4;\nint new_5;\nint n_6;\n"));
	same_inode(series, "fs/namei.c", FALSE);
	same_inode(series, "fs/open.c", TRUE);
	list = units(series);
	g_assert_cmpstr(list, ==, "fs/namei.o");
	g_assert_cmpuint(series->changed->len, ==, 1);
	g_assert_cmpuint(series->notes->len, ==, 0);
	gone = g_strdup(series->copy);
	g_assert_cmpuint(copies(place), ==, 1);
	kp_series_free(series);
	g_assert_cmpint(access(gone, F_OK), !=, 0);
	after = picture(place);
	g_assert_cmpstr(before, ==, after);
}

/* The second fits only what the first made; the lines below keep their numbers. */
static void test_order(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(KpSeries) series = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	add_diff(place, "--- a/fs/namei.c\n+++ b/fs/namei.c\n@@ -1,2 +1,4 @@\n int n_1;\n+int x;\n+int y;\n int n_2;\n");
	add_diff(place, "--- a/fs/namei.c\n+++ b/fs/namei.c\n@@ -2,3 +2,3 @@\n int x;\n-int y;\n+int z;\n int n_2;\n");
	series = apply(place);
	text = contents(series->tree, "fs/namei.c");
	g_assert_true(g_str_has_prefix(text, "int n_1;\nint x;\nint z;\n#line 2\nint n_2;\n"));
	g_ptr_array_remove_index(place->diffs, 0);
	g_assert_null(apply_with(place, 0, NULL, &error));
	g_assert_nonnull(strstr(error->message, "/2 the.diff:3: hunk 1 (line 2 of fs/namei.c) does not apply"));
}

/* What the last diff takes back has not changed. */
static void test_taken_back(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(KpSeries) series = NULL;

	add_change(place, "fs/namei.c", "n", "n");
	series = apply(place);
	g_assert_cmpuint(series->units->len, ==, 0);
	g_assert_cmpuint(series->changed->len, ==, 0);
}

static gboolean not_open(const char *object, gpointer data)
{
	g_assert_null(data);
	return strcmp(object, "fs/open.o") != 0;
}

/* A file that changes, and the objects that have to be compiled for it. */
static const struct {
	const char *name, *base, *units, *note;
} leads[] = {
	{ "fs/namei.c", "n", "fs/namei.o", NULL },
	{ "drivers/a b/x y.c", "y", "drivers/a b/x y.o", NULL },
	{ "fs/internal.h", "fi", "fs/open.o(h)", NULL },
	{ "mm/internal.h", "mi", "mm/own.o(h)", NULL },
	{ "include/linux/fs.h", "f", "mm/mm.o(h)", "arch/x86/boot/main.c includes include/linux/fs.h too, and stays" },
	{ "include/linux/all.h", "a", "mm/mm.o(h)", NULL },
	{ "include/linux/magic.h", "g", "lib/bug.o(h)", NULL },
	{ "include/asm-generic/bug.h", "b", "lib/bug.o(h)", NULL },
	{ "include/linux/none.h", "z", "", "nothing includes include/linux/none.h" },
	{ "lib/table.inc", "t", "lib/deep/far.o(h)", NULL },
	{ "lib/deep/sub/x.h", "x", "lib/deep/far.o(h)", NULL },
	{ "kernel/sched/rt.c", "rt", "kernel/sched/build_policy.o(h)", NULL },
	{ "Documentation/deep/y.rst", "e", "", "Documentation/deep/y.rst is left out: it is documentation" },
	{ "arch/arm64/kernel/arm.c", "q", "", "is left out: it is of another architecture" },
};

static void test_leads(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(leads); i++) {
		g_autoptr(Place) place = place_new();
		g_autoptr(KpSeries) series = NULL;
		g_autofree char *list = NULL, *told = NULL;

		add_change(place, leads[i].name, leads[i].base, "new");
		series = apply(place);
		list = units(series);
		told = notes(series);
		g_assert_cmpstr(list, ==, leads[i].units);
		g_assert_true(leads[i].note != NULL ? strstr(told, leads[i].note) != NULL : *told == '\0');
	}
}

/* What the caller does not have in its kernel is not compiled. */
static void test_predicate(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(KpSeries) series = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *list = NULL, *told = NULL;

	add_change(place, "fs/internal.h", "fi", "new");
	add_change(place, "fs/open.c", "o", "new");
	add_change(place, "fs/namei.c", "n", "new");
	series = apply_with(place, 0, not_open, &error);
	g_assert_no_error(error);
	list = units(series);
	told = notes(series);
	g_assert_cmpstr(list, ==, "fs/namei.o");
	g_assert_nonnull(strstr(told, "/2 the.diff:1: fs/open.c is not in this kernel"));
}

/* New files, and one that changed itself is not there for its header alone. */
static void test_new_files(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(KpSeries) series = NULL;
	g_autofree char *list = NULL, *text = NULL;

	add_diff(place, "--- /dev/null\n+++ b/fs/deep/new.h\n@@ -0,0 +1,2 @@\n+int new_1;\n+int new_2;\n"
			"--- a/fs/open.c\n+++ b/fs/open.c\n@@ -9,2 +9,3 @@\n int o_9;\n #include \"internal.h\"\n"
			"+#include \"deep/new.h\"\n");
	series = apply(place);
	list = units(series);
	g_assert_cmpstr(list, ==, "fs/open.o");
	text = contents(series->tree, "fs/deep/new.h");
	g_assert_cmpstr(text, ==, "int new_1;\nint new_2;\n");
}

static void test_offset(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(KpSeries) series = NULL;
	g_autofree char *told = NULL;

	add_diff(place, "--- a/fs/namei.c\n+++ b/fs/namei.c\n@@ -2,3 +2,3 @@\n int n_6;\n-int n_7;\n+int q;\n int n_8;\n");
	series = apply(place);
	told = notes(series);
	g_assert_nonnull(strstr(told, "/1 the.diff:3: hunk 1 of fs/namei.c succeeded at 6 (offset 4 lines)."));
}

static void test_fuzz(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(KpSeries) series = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *told = NULL;

	add_diff(place, "--- a/fs/namei.c\n+++ b/fs/namei.c\n@@ -2,5 +2,5 @@\n int other;\n int n_3;\n-int n_4;\n"
			"+int q;\n int n_5;\n int n_6;\n");
	g_assert_null(apply_with(place, 0, NULL, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, "/1 the.diff:3: hunk 1 (line 2 of fs/namei.c) fits only with a fuzz of 1"));
	g_clear_error(&error);
	series = apply_with(place, 1, NULL, &error);
	g_assert_no_error(error);
	told = notes(series);
	g_assert_nonnull(strstr(told, "with fuzz 1"));
}

#define TO(name) "--- a/" name "\n+++ b/" name "\n"
#define HUNK "@@ -1,2 +1,2 @@\n-int h_1;\n+int x;\n int h_2;\n"

static const struct {
	const char *diff;	/* NULL: there is no such file */
	int code;
	const char *message;
} wrong[] = {
	{ NULL, KP_ERROR_USAGE, "the diff cannot be read" },
	{ "", KP_ERROR_USAGE, "/1 the.diff: the diff is empty" },
	{ TO("fs/gone.c") HUNK, KP_ERROR_FAILED, "/1 the.diff:1: fs/gone.c is not in the tree" },
	{ "--- fs/namei.c\n+++ fs/namei.c\n" HUNK, KP_ERROR_FAILED, "names need a/ and b/ in front of them" },
	{ TO("fs/namei.c") HUNK, KP_ERROR_FAILED, "hunk 1 (line 1 of fs/namei.c) does not apply" },
	{ TO("fs/namei.c") "@@ -1,2 +1,2 @@\n-int q;\n+int n_1;\n int n_2;\n", KP_ERROR_FAILED,
	  "the change of fs/namei.c is in the tree already" },
	{ "--- /dev/null\n+++ b/fs/namei.c\n@@ -0,0 +1 @@\n+int x;\n", KP_ERROR_FAILED,
	  "fs/namei.c is in the tree already, and the diff makes it" },
	{ "--- /dev/null\n+++ b/fs/new.c\n@@ -0,0 +1 @@\n+int x;\n", KP_ERROR_REFUSED,
	  "/1 the.diff:1: fs/new.c is new, and no Makefile names it" },
	{ "--- a/fs/namei.c\n+++ /dev/null\n@@ -1,9 +0,0 @@\n-int n_1;\n-int n_2;\n-int n_3;\n-int n_4;\n-int n_5;\n"
	  "-int n_6;\n-int n_7;\n-int n_8;\n-int n_9;\n", KP_ERROR_REFUSED, "fs/namei.c: it is deleted" },
	{ "--- a/fs/internal.h\n+++ /dev/null\n@@ -1 +0,0 @@\n-int fi_1;\n", KP_ERROR_FAILED,
	  "fs/internal.h should be gone then, but has more lines" },
	{ TO("fs/link.c") HUNK, KP_ERROR_REFUSED, "fs/link.c goes through a symbolic link" },
	{ TO("out/x.c") HUNK, KP_ERROR_REFUSED, "out/x.c goes through a symbolic link" },
	{ "--- a/fs/../../outside/x.c\n+++ b/fs/../../outside/x.c\n" HUNK, KP_ERROR_REFUSED, "leads out of the tree" },
	{ TO("fs/namei.c/x.c") HUNK, KP_ERROR_FAILED, "is no file in this tree" },
	{ TO("fs") HUNK, KP_ERROR_FAILED, "fs is no file in this tree" },
	{ TO("arch/x86/kernel/head.S") HUNK TO("fs/Makefile") HUNK, KP_ERROR_REFUSED,
	  "/1 the.diff:7: fs/Makefile: it says how the kernel is built" },
	{ TO("lib/lonely.inc") "@@ -1 +1 @@\n-int i_1;\n+int x;\n", KP_ERROR_REFUSED, "nothing includes lib/lonely.inc" },
};

static void test_wrong(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(Place) place = place_new();
		g_autofree char *before = picture(place), *after = NULL;
		g_autoptr(GError) error = NULL;

		if (wrong[i].diff != NULL)
			add_diff(place, wrong[i].diff);
		else
			g_ptr_array_add(place->diffs, g_strdup("/nonexistent.diff"));
		g_assert_null(apply_with(place, 0, NULL, &error));
		if (strstr(error->message, wrong[i].message) == NULL)
			g_error("not '%s' but: %s", wrong[i].message, error->message);
		g_assert_error(error, KP_ERROR, wrong[i].code);
		after = picture(place);
		g_assert_cmpstr(before, ==, after);
		g_assert_cmpuint(copies(place), ==, 0);
	}
}

/* A good diff first does not leave half of the series. */
static void test_half(void)
{
	g_autoptr(Place) place = place_new();
	g_autofree char *before = picture(place), *after = NULL;
	g_autoptr(GError) error = NULL;

	add_change(place, "fs/namei.c", "n", "new");
	add_change(place, "fs/namei.c", "n", "newer");
	g_assert_null(apply_with(place, 0, NULL, &error));
	g_assert_nonnull(strstr(error->message, "/2 the.diff:3: hunk 1"));
	after = picture(place);
	g_assert_cmpstr(before, ==, after);
	g_assert_cmpuint(copies(place), ==, 0);
}

static void test_trees(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *tree = g_steal_pointer(&place->tree), *folder = g_steal_pointer(&place->folder);

	add_change(place, "fs/namei.c", "n", "new");
	place->tree = g_build_filename(place->top, "none", NULL);
	place->folder = g_strdup(folder);
	g_assert_null(apply_with(place, 0, NULL, &error));
	g_assert_nonnull(strstr(error->message, "/none: the source tree cannot be read: No such file"));
	g_clear_error(&error);
	g_free(place->tree);
	place->tree = g_build_filename(tree, "drivers", NULL);
	g_assert_null(apply_with(place, 0, NULL, &error));
	g_assert_nonnull(strstr(error->message, "/drivers: it is no source tree"));
	g_clear_error(&error);
	g_free(place->tree);
	g_free(place->folder);
	place->tree = g_steal_pointer(&tree);
	place->folder = g_build_filename(place->tree, "fs", NULL);
	g_assert_null(apply_with(place, 0, NULL, &error));
	g_assert_nonnull(strstr(error->message, "the folder for the copy lies in the source tree"));
}

/* One that was killed leaves a copy, which the next takes away; one that works keeps its. */
static void test_runs(void)
{
	g_autoptr(Place) place = place_new();
	g_autoptr(KpSeries) first = NULL, second = NULL, third = NULL;
	g_autofree char *text = NULL;
	int status;
	pid_t child;

	add_change(place, "fs/namei.c", "n", "new");
	first = apply(place);
	child = fork();
	if (child == 0) {
		apply(place);
		_exit(0);	/* as if killed: nothing is put in order */
	}
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_cmpint(status, ==, 0);
	g_assert_cmpuint(copies(place), ==, 2);
	second = apply(place);
	g_assert_cmpuint(copies(place), ==, 2);
	third = apply(place);
	g_assert_cmpuint(copies(place), ==, 3);
	text = contents(first->tree, "fs/namei.c");
	g_assert_nonnull(strstr(text, "new_5"));
}

/* Runs @body in a child; the reason why it could not, or NULL. */
static void in_child(void (*body)(Place *), Place *place)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		body(place);
		_exit(0);
	}
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_cmpint(status, ==, 0);
}

static void fill_disk(Place *place)
{
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS), ==, 0);
	g_assert_cmpint(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
	g_assert_cmpint(g_mkdir_with_parents(place->folder, 0755), ==, 0);
	g_assert_cmpint(mount("none", place->folder, "tmpfs", 0, "size=64k"), ==, 0);
	g_assert_null(apply_with(place, 0, NULL, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, "No space left on device; make room there"));
	g_assert_cmpuint(copies(place), ==, 0);
}

/* It is on another file system as well: files are copied there. */
static void other_disk(Place *place)
{
	g_autoptr(KpSeries) series = NULL;
	g_autofree char *text = NULL, *list = NULL;

	g_assert_cmpint(unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS), ==, 0);
	g_assert_cmpint(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
	g_assert_cmpint(g_mkdir_with_parents(place->folder, 0755), ==, 0);
	g_assert_cmpint(mount("none", place->folder, "tmpfs", 0, "size=4m"), ==, 0);
	series = apply(place);
	list = units(series);
	g_assert_cmpstr(list, ==, "fs/namei.o");
	text = contents(series->tree, "mm/mm.c");
	g_assert_nonnull(strstr(text, "int m_9;\n# include <linux/all.h>\n"));
}

static void test_disks(void)
{
	g_autoptr(Place) place = place_new();
	g_autofree char *before = picture(place), *after = NULL;

	add_change(place, "fs/namei.c", "n", "new");
	in_child(fill_disk, place);
	in_child(other_disk, place);
	after = picture(place);
	g_assert_cmpstr(before, ==, after);
}

static void as_nobody(Place *place)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(geteuid() != 0 || setresuid(65534, 65534, 65534) == 0);
	g_assert_null(apply_with(place, 0, NULL, &error));
	g_assert_nonnull(strstr(error->message, "/mm: the source tree cannot be read: Permission denied"));
	g_assert_cmpuint(copies(place), ==, 0);
}

static void test_unreadable(void)
{
	g_autoptr(Place) place = place_new();
	g_autofree char *closed = g_build_filename(place->tree, "mm", NULL);

	add_change(place, "fs/namei.c", "n", "new");
	g_assert_cmpint(chmod(place->top, 0755), ==, 0);
	g_assert_cmpint(g_mkdir_with_parents(place->folder, 0777), ==, 0);
	g_assert_cmpint(chmod(place->folder, 0777), ==, 0);
	g_assert_cmpint(chmod(closed, 0), ==, 0);
	in_child(as_nobody, place);
	g_assert_cmpint(chmod(closed, 0755), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/series/apply", test_apply);
	g_test_add_func("/series/order", test_order);
	g_test_add_func("/series/taken-back", test_taken_back);
	g_test_add_func("/series/leads", test_leads);
	g_test_add_func("/series/predicate", test_predicate);
	g_test_add_func("/series/new-files", test_new_files);
	g_test_add_func("/series/offset", test_offset);
	g_test_add_func("/series/fuzz", test_fuzz);
	g_test_add_func("/series/wrong", test_wrong);
	g_test_add_func("/series/half", test_half);
	g_test_add_func("/series/trees", test_trees);
	g_test_add_func("/series/runs", test_runs);
	g_test_add_func("/series/disks", test_disks);
	g_test_add_func("/series/unreadable", test_unreadable);
	return g_test_run();
}
