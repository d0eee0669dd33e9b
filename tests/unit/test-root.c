/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What symbolic links of a tree lead to: files of the tree, whoever follows them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/guarded.h"
#include "base/inside.h"
#include "base/root.h"
#include "fixture.h"

typedef struct {
	char *top;	/* what belongs to the machine */
	char *root;	/* the tree, in it */
} Case;

static void make_link(const Case *c, const char *name, const char *target)
{
	g_autofree char *path = g_build_filename(c->root, name, NULL);

	g_assert_cmpint(symlink(target, path), ==, 0);
}

/* Each name that is tried is there twice: in the tree, and outside. */
static void set_up(Case *c, gconstpointer data)
{
	g_autofree char *far = NULL;

	c->top = fixture_folder();
	c->root = g_build_filename(c->top, "img", NULL);
	far = g_build_filename(c->top, "x/out", NULL);
	fixture_write(c->top, "x/out", "machine", -1);
	fixture_write(c->root, "x/out", "tree", -1);
	fixture_write(c->root, "etc/a", "tree", -1);
	fixture_write(c->root, "etc/d/out", "tree", -1);
	fixture_write(c->root, far, "tree", -1);
	make_link(c, "absolute", far);
	make_link(c, "up", "../x/out");
	make_link(c, "etc/up", "../../../../../../../../x/out");
	make_link(c, "folder", "../x");
	make_link(c, "etc/folder", "/x");
	make_link(c, "chain", "etc/up");
	make_link(c, "etc/same", "a");
	make_link(c, "etc/d/parent", "..");
	make_link(c, "loop", "/pool");
	make_link(c, "pool", "loop");
	make_link(c, "nothing", "/x/missing");
}

static void tear_down(Case *c, gconstpointer data)
{
	fixture_remove(c->top);
	g_free(c->root);
}

static const struct {
	const char *path;
	const char *name;	/* below the tree, NULL: far, "": ELOOP */
	const char *leaf;	/* with a link at the end left alone; NULL: as path */
} rows[] = {
	{ "/etc/a", "/etc/a", NULL },
	{ "etc//./a", "/etc/a", "/etc/a" },
	{ "/absolute", NULL, NULL },
	{ "/up", "/x/out", NULL },
	{ "/etc/up", "/x/out", NULL },
	{ "/folder/out", "/x/out", "/x/out" },
	{ "/etc/folder/out", "/x/out", "/x/out" },
	{ "/chain", "/x/out", NULL },
	{ "/etc/same", "/etc/a", NULL },
	{ "/etc/d/parent/d/out", "/etc/d/out", "/etc/d/out" },
	{ "/../../x/out", "/x/out", "/x/out" },
	{ "/etc/folder/../etc/a", "/etc/a", "/etc/a" },
	{ "/nothing", "/x/missing", NULL },
	{ "/missing/deep", "/missing/deep", NULL },
	{ "/loop", "", NULL },
	{ "/loop/out", "", "" },
};

static char *wanted(const Case *c, const char *name)
{
	return *name != '\0' ? g_strconcat(c->root, name, NULL) : NULL;
}

static void test_names(Case *c, gconstpointer data)
{
	char *(*const way)(const char *, const char *, gboolean) =
		data != NULL ? kp_inside_walk : kp_inside_name;
	g_autofree char *far = g_build_filename(c->top, "x/out", NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *leaf = rows[i].leaf != NULL ? rows[i].leaf : rows[i].path;
		g_autofree char *name = wanted(c, rows[i].name != NULL ? rows[i].name : far);
		g_autofree char *end = wanted(c, leaf);
		g_autofree char *followed = way(c->root, rows[i].path, TRUE);
		g_autofree char *left = way(c->root, rows[i].path, FALSE);

		g_assert_cmpstr(followed, ==, name);
		g_assert_cmpstr(left, ==, end);
	}
}

static char *content_of(int fd)
{
	char text[16] = "";
	gssize n = read(fd, text, sizeof(text) - 1);

	g_assert_cmpint(n, >=, 0);
	close(fd);
	return g_strdup(text);
}

static void test_open(Case *c, gconstpointer data)
{
	int (*const way)(const char *, const char *, int, mode_t) =
		data != NULL ? kp_inside_step : kp_inside_open;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		int fd = way(c->root, rows[i].path, O_RDONLY, 0);
		g_autofree char *text = NULL;

		if (rows[i].name != NULL &&
		    (*rows[i].name == '\0' || strstr(rows[i].name, "missing") != NULL)) {
			g_assert_cmpint(fd, <, 0);
			continue;
		}
		g_assert_cmpint(fd, >=, 0);
		g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, !=, 0);
		text = content_of(fd);
		g_assert_cmpstr(text, ==, "tree");
	}
	g_assert_cmpint(way(c->root, "/etc/same", O_RDONLY | O_NOFOLLOW, 0), <, 0);
	g_assert_cmpint(errno, ==, ELOOP);
}

/* What is made through a link whose target is not there is made in the tree. */
static void test_create(Case *c, gconstpointer data)
{
	int (*const way)(const char *, const char *, int, mode_t) =
		data != NULL ? kp_inside_step : kp_inside_open;
	g_autofree char *inside = g_build_filename(c->root, "x/missing", NULL);
	g_autofree char *outside = g_build_filename(c->top, "x/missing", NULL);
	int fd = way(c->root, "/nothing", O_WRONLY | O_CREAT, 0600);

	g_assert_cmpint(fd, >=, 0);
	close(fd);
	g_assert_true(g_file_test(inside, G_FILE_TEST_EXISTS));
	g_assert_false(g_file_test(outside, G_FILE_TEST_EXISTS));
}

/* A folder that becomes a link after its name was found. */
static void test_swapped(Case *c, gconstpointer data)
{
	g_autofree char *name = kp_root_path(c->root, "/etc/d/out");
	g_autofree char *folder = g_build_filename(c->root, "etc/d", NULL);
	g_autofree char *aside = g_build_filename(c->root, "etc/e", NULL);
	g_autofree char *text = NULL;

	g_assert_cmpint(rename(folder, aside), ==, 0);
	make_link(c, "etc/d", "../../x");
	text = kp_root_read(c->root, name, 16);
	g_assert_cmpstr(text, ==, "tree");
}

/* The names that all others use. */
static void test_root(Case *c, gconstpointer data)
{
	g_autofree char *slashed = g_strconcat(c->root, "//", NULL);
	g_autofree char *wide = kp_root_path(slashed, "/etc/folder/out");
	g_autofree char *plain = kp_root_pathf(c->root, "/etc/%s/out", "folder");
	g_autofree char *leaf = kp_root_leaf(c->root, "/%s", "chain");
	g_autofree char *followed = kp_root_follow(c->root, leaf);
	g_autofree char *circle = kp_root_path(c->root, "/loop");
	g_autofree char *machine = kp_root_path(NULL, "/etc/../loop");
	g_autofree char *through = kp_root_read(c->root, leaf, 16);
	struct stat st;

	g_assert_cmpstr(wide, ==, plain);
	g_assert_cmpstr(kp_root_inner(slashed, wide), ==, "/x/out");
	g_assert_cmpstr(kp_root_inner(NULL, "/x/out"), ==, "/x/out");
	g_assert_cmpstr(followed, ==, plain);
	g_assert_cmpstr(through, ==, "tree");
	g_assert_cmpstr(machine, ==, "/etc/../loop");
	g_assert_cmpint(stat(circle, &st), ==, -1);
	g_assert_cmpint(errno, ==, ENOTDIR);
}

static gboolean note(const char *name, gpointer names, GError **error)
{
	g_ptr_array_add(names, g_strdup(name));
	return TRUE;
}

static void test_visit(Case *c, gconstpointer data)
{
	static const char *const way[] = { "/etc", "/etc/folder", "/x", "/x/out" };
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	g_assert_true(kp_inside_visit(c->root, "/etc/folder/out", note, names, NULL));
	g_assert_cmpuint(names->len, ==, G_N_ELEMENTS(way));
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *name = g_strconcat(c->root, way[i], NULL);

		g_assert_cmpstr(g_ptr_array_index(names, i), ==, name);
	}
}

static char *read_guarded(const Case *c, const char *path, GError **error)
{
	gsize size;

	return kp_guarded_read(c->root, path, "the test", 64, &size, error);
}

/* Spoils @name, and expects that @path is refused with a message that names it. */
static void expect_refused(const Case *c, const char *path, const char *name, mode_t mode,
			   const char *advice)
{
	g_autofree char *full = g_build_filename(c->root, name, NULL);
	g_autofree char *message = g_strdup_printf("*%s: *'%s %s'*", full, advice, full);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = read_guarded(c, path, NULL);
	struct stat st;

	g_assert_cmpstr(text, ==, "tree");
	g_assert_cmpint(stat(full, &st), ==, 0);
	g_assert_cmpint(chmod(full, mode), ==, 0);
	g_assert_null(read_guarded(c, path, &error));
	g_assert_nonnull(error);
	g_assert_true(g_pattern_match_simple(message, error->message));
	g_assert_cmpint(chmod(full, st.st_mode & 07777), ==, 0);
}

static void test_guarded(Case *c, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	expect_refused(c, "/etc/a", "etc/a", 0664, "chmod go-w");
	expect_refused(c, "/etc/a", "etc/a", 0646, "chmod go-w");
	expect_refused(c, "/etc/a", "etc", 0775, "chmod go-w");
	expect_refused(c, "/etc/folder/out", "x", 0777, "chmod go-w");
	expect_refused(c, "/chain", "etc", 0777, "chmod go-w");
	g_assert_null(read_guarded(c, "/etc/none", &error));
	g_assert_no_error(error);
	g_assert_null(read_guarded(c, "/etc/d", &error));
	g_assert_nonnull(error);
	g_clear_error(&error);
	g_assert_null(read_guarded(c, "/loop", &error));
	g_assert_nonnull(error);
}

/* Somebody else's file, folder and link. */
static void test_guarded_owner(Case *c, gconstpointer data)
{
	static const struct { const char *path, *name, *advice; } table[] = {
		{ "/etc/a", "etc/a", "chown root" },
		{ "/etc/a", "etc", "chown root" },
		{ "/etc/same", "etc/same", "chown -h root" },
		{ "/etc/folder/out", "x", "chown root" },
	};

	if (geteuid() != 0) {
		g_test_skip("root is wanted");
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *full = g_build_filename(c->root, table[i].name, NULL);
		g_autofree char *message = g_strdup_printf("*%s: *'%s %s'*", full,
							   table[i].advice, full);
		g_autofree char *text = read_guarded(c, table[i].path, NULL);
		g_autoptr(GError) error = NULL;

		g_assert_cmpstr(text, ==, "tree");
		g_assert_cmpint(lchown(full, 65534, (gid_t)-1), ==, 0);
		g_assert_null(read_guarded(c, table[i].path, &error));
		g_assert_nonnull(error);
		g_assert_true(g_pattern_match_simple(message, error->message));
		g_assert_cmpint(lchown(full, 0, (gid_t)-1), ==, 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name, data, function) \
	g_test_add("/root/" name, Case, data, set_up, function, tear_down)
	ADD("names", NULL, test_names);
	ADD("names-by-hand", "by hand", test_names);
	ADD("open", NULL, test_open);
	ADD("open-by-hand", "by hand", test_open);
	ADD("create", NULL, test_create);
	ADD("create-by-hand", "by hand", test_create);
	ADD("swapped", NULL, test_swapped);
	ADD("root", NULL, test_root);
	ADD("visit", NULL, test_visit);
	ADD("guarded", NULL, test_guarded);
	ADD("guarded-owner", NULL, test_guarded_owner);
	return g_test_run();
}
