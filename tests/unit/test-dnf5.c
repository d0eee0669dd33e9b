/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration of repositories where dnf5 is, and that dnf 4 takes no notice of it.
 * tests/package/update/43-dnf5.sh compares the same with dnf5 itself. */
#include <string.h>

#include "base/error.h"
#include "base/metadata.h"
#include "base/repo-config.h"
#include "fixture.h"

#define ETC_OVERRIDES "/etc/dnf/repos.override.d/"
#define USR_OVERRIDES "/usr/share/dnf5/repos.override.d/"
#define ETC_DROP_INS "/etc/dnf/libdnf5.conf.d/"
#define USR_DROP_INS "/usr/share/dnf5/libdnf.conf.d/"
#define REPOS "/etc/yum.repos.d/a.repo"
#define A "[a]\nbaseurl=http://a\n"

/* Files, and the ids of the repositories that are used. */
static const struct row {
	const char *name, *ids;
	const char *files[7][2];
	const char *dnf4;	/* the ids without dnf5; NULL: all that is in REPOS */
} rows[] = {
	{ "plain", "a", { { REPOS, A } }, NULL },
	{ "override disables", "",
	  { { REPOS, A }, { ETC_OVERRIDES "99-config_manager.repo", "[a]\nenabled=0\n" } }, NULL },
	{ "override enables", "a",
	  { { REPOS, A "enabled=0\n" }, { ETC_OVERRIDES "1.repo", "[a]\nenabled=1\n" } }, "" },
	{ "override of the distribution", "",
	  { { REPOS, A }, { USR_OVERRIDES "1.repo", "[a]\nenabled=0\n" } }, NULL },
	{ "override with a pattern", "",
	  { { REPOS, A }, { ETC_OVERRIDES "1.repo", "[?*]\nenabled=0\n" } }, NULL },
	{ "override with a variable", "",
	  { { REPOS, A }, { "/etc/dnf/vars/x", "a" }, { ETC_OVERRIDES "1.repo", "[$x]\nenabled=0\n" } },
	  NULL },
	{ "override of another spelling", "a",
	  { { REPOS, A }, { ETC_OVERRIDES "1.repo", "[A]\nenabled=0\n" } }, NULL },
	{ "override is masked", "a",
	  { { REPOS, A }, { USR_OVERRIDES "1.repo", "[a]\nenabled=0\n" }, { ETC_OVERRIDES "1.repo", "" } },
	  NULL },
	{ "later override counts", "a",
	  { { REPOS, A }, { USR_OVERRIDES "1.repo", "[a]\nenabled=0\n" },
	    { ETC_OVERRIDES "2.repo", "[a]\nenabled=1\n" } }, NULL },
	{ "later override of the distribution counts", "",
	  { { REPOS, A }, { USR_OVERRIDES "2.repo", "[a]\nenabled=0\n" },
	    { ETC_OVERRIDES "1.repo", "[a]\nenabled=1\n" } }, NULL },
	{ "override makes no repository", "a",
	  { { REPOS, A }, { ETC_OVERRIDES "1.repo", "[b]\nbaseurl=http://b\n" } }, NULL },
	{ "override gives a source", "a",
	  { { REPOS, "[a]\nname=x\n" }, { ETC_OVERRIDES "1.repo", "[a]\nbaseurl=http://b\n" } }, "" },
	{ "override of what another suffix has", "a",
	  { { REPOS, A }, { ETC_OVERRIDES "1.repo.rpmsave", "[a]\nenabled=0\n" } }, NULL },
	{ "repositories of the distribution", "a d",
	  { { REPOS, A }, { "/usr/share/dnf5/repos.d/d.repo", "[d]\nbaseurl=http://d\n" } }, NULL },
	{ "repositories of another folder", "a d",
	  { { REPOS, A }, { "/etc/distro.repos.d/d.repo", "[d]\nbaseurl=http://d\n" } }, "a d" },
	{ "repositories of yum", "a",
	  { { REPOS, A }, { "/etc/yum/repos.d/y.repo", "[y]\nbaseurl=http://y\n" },
	    { "/etc/yum.conf", "[z]\nbaseurl=http://z\n" } }, "a y z" },
	{ "repositories of a dot file", "a h",
	  { { REPOS, A }, { "/etc/yum.repos.d/.h.repo", "[h]\nbaseurl=http://h\n" } }, NULL },
	{ "repositories of a drop-in", "a m",
	  { { REPOS, A }, { ETC_DROP_INS "1.conf", "[c]\nbaseurl=http://c\n" },
	    { "/etc/dnf/dnf.conf", "[m]\nbaseurl=http://m\n" } }, "a m" },
	{ "reposdir of a drop-in", "s",
	  { { REPOS, A }, { ETC_DROP_INS "1.conf", "[main]\nreposdir=/srv\n" },
	    { "/srv/s.repo", "[s]\nbaseurl=http://s\n" } }, NULL },
	{ "reposdir of dnf.conf counts more", "t",
	  { { REPOS, A }, { ETC_DROP_INS "9.conf", "[main]\nreposdir=/srv\n" },
	    { "/etc/dnf/dnf.conf", "[main]\nreposdir=/tmp/t\n" },
	    { "/tmp/t/t.repo", "[t]\nbaseurl=http://t\n" } }, "t" },
};

typedef struct {
	char *root;
	GPtrArray *warnings;
	GPtrArray *repos;
	GError *error;
} Case;

static void set_up(Case *c)
{
	c->root = fixture_folder();
	c->warnings = g_ptr_array_new_with_free_func(g_free);
}

static void tear_down(Case *c)
{
	g_clear_pointer(&c->repos, g_ptr_array_unref);
	g_ptr_array_unref(c->warnings);
	g_clear_error(&c->error);
	fixture_remove(c->root);
}

static void has_dnf5(Case *c)
{
	fixture_write(c->root, "/usr/share/dnf5/README", "", 0);
}

static void write_text(Case *c, const char *path, const char *text)
{
	fixture_write(c->root, path, text, -1);
}

static void read_all(Case *c)
{
	g_clear_pointer(&c->repos, g_ptr_array_unref);
	c->repos = kp_repos_read(c->root, NULL, c->warnings, &c->error);
}

static const KpRepo *only(Case *c)
{
	g_assert_no_error(c->error);
	g_assert_cmpuint(c->repos->len, ==, 1);
	return g_ptr_array_index(c->repos, 0);
}

static void assert_ids(Case *c, const char *wanted)
{
	g_autoptr(GString) ids = g_string_new(NULL);

	read_all(c);
	g_assert_no_error(c->error);
	for (guint i = 0; i < c->repos->len; i++)
		g_string_append_printf(ids, "%s%s", i > 0 ? " " : "",
				       ((KpRepo *)g_ptr_array_index(c->repos, i))->id);
	g_assert_cmpstr(ids->str, ==, wanted);
}

static gboolean is_dnf5s(const char *path)
{
	return g_str_has_prefix(path, "/usr/share/dnf5/");
}

/* With dnf 4, what makes a machine one with dnf5 is not there. */
static void test_row(gconstpointer data)
{
	const struct row *row = data;

	for (int dnf5 = 0; dnf5 < 2; dnf5++) {
		Case c = { NULL };

		set_up(&c);
		for (gsize i = 0; row->files[i][0] != NULL; i++)
			if (dnf5 || !is_dnf5s(row->files[i][0]))
				write_text(&c, row->files[i][0], row->files[i][1]);
		if (dnf5)
			has_dnf5(&c);
		assert_ids(&c, dnf5 ? row->ids : row->dnf4 != NULL ? row->dnf4 : "a");
		tear_down(&c);
	}
}

/* An override says what counts, and names itself when that is bad. */
static void test_values(void)
{
	Case c = { NULL };
	const KpRepo *a;

	set_up(&c);
	has_dnf5(&c);
	write_text(&c, REPOS, A "priority=1\nmetadata_expire=1\nexcludepkgs=x\n");
	write_text(&c, ETC_OVERRIDES "1.repo", "[a]\npriority=2\nbaseurl=http://b\nexcludepkgs=y\n");
	write_text(&c, ETC_OVERRIDES "2.repo", "[a]\npriority=high\nenabled=maybe\n");
	read_all(&c);
	a = only(&c);
	g_assert_cmpint(a->priority, ==, 2);
	g_assert_cmpint(a->metadata_expire, ==, 1);
	g_assert_cmpstr(a->baseurl[0], ==, "http://b");
	g_assert_cmpstr(a->excludes[0], ==, "x");
	g_assert_cmpstr(a->excludes[1], ==, "y");
	g_assert_true(g_str_has_suffix(a->file, REPOS));
	g_assert_cmpuint(c.warnings->len, ==, 2);
	g_assert_nonnull(strstr(g_ptr_array_index(c.warnings, 0), "2.repo: [a] enabled=maybe"));
	g_assert_nonnull(strstr(g_ptr_array_index(c.warnings, 1), "2.repo: [a] priority=high"));
	tear_down(&c);
}

/* A list that begins with a comma, or is empty, begins anew; what [main] excludes stays. */
static void test_lists(void)
{
	static const char *const words[][2] = {
		{ "z", "m|x|z" }, { ",z", "m|z" }, { "", "m" }, { " , z w", "m|z|w" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *text = g_strdup_printf("[a]\nexcludepkgs=%s\n", words[i][0]);
		g_autofree char *told = NULL;
		Case c = { NULL };

		set_up(&c);
		has_dnf5(&c);
		write_text(&c, "/etc/dnf/dnf.conf", "[main]\nexcludepkgs=m\n");
		write_text(&c, REPOS, A "excludepkgs=x\n");
		write_text(&c, ETC_OVERRIDES "1.repo", text);
		read_all(&c);
		told = g_strjoinv("|", only(&c)->excludes);
		g_assert_cmpstr(told, ==, words[i][1]);
		tear_down(&c);
	}
}

/* @files: of drop-ins and dnf.conf; @value: metadata_expire=, @excludes of them all. */
static const struct main_row {
	const char *files[4][2];
	gint64 value;
	const char *excludes;
} main_rows[] = {
	{ { { ETC_DROP_INS "1.conf", "[main]\nmetadata_expire=1\n" } }, 1, "" },
	{ { { USR_DROP_INS "1.conf", "[main]\nmetadata_expire=1\nexcludepkgs=x\n" } }, 1, "x" },
	{ { { ETC_DROP_INS "1.conf", "[main]\nmetadata_expire=1\nexcludepkgs=x\n" },
	    { USR_DROP_INS "1.conf", "[main]\nmetadata_expire=2\nexcludepkgs=y\n" } }, 1, "x" },
	{ { { ETC_DROP_INS "1.conf", "[main]\nmetadata_expire=1\nexcludepkgs=x\n" },
	    { USR_DROP_INS "2.conf", "[main]\nmetadata_expire=2\nexcludepkgs=y\n" } }, 2, "x|y" },
	{ { { ETC_DROP_INS "9.conf", "[main]\nmetadata_expire=1\nexcludepkgs=x\n" },
	    { "/etc/dnf/dnf.conf", "[main]\nmetadata_expire=3\nexcludepkgs=y\n" } }, 3, "x|y" },
	{ { { ETC_DROP_INS "9.conf", "[main]\nexcludepkgs=x\n" },
	    { "/etc/dnf/dnf.conf", "[main]\nexcludepkgs=,y\n" } }, 172800, "y" },
	{ { { ETC_DROP_INS "9.conf", "[main]\nmetadata_expire=1\n" },
	    { "/etc/dnf/dnf.conf", "" } }, 1, "" },
	{ { { ETC_DROP_INS "9.conf.rpmnew", "[main]\nmetadata_expire=1\n" } }, 172800, "" },
	{ { { ETC_DROP_INS "9.conf", "[main]\nexcludepkgs=x\ndisable_excludes=*\n" } }, 172800, "" },
};

static void test_main(gconstpointer data)
{
	const struct main_row *row = data;
	g_autofree char *told = NULL;
	Case c = { NULL };

	set_up(&c);
	has_dnf5(&c);
	write_text(&c, REPOS, A);
	for (gsize i = 0; row->files[i][0] != NULL; i++)
		write_text(&c, row->files[i][0], row->files[i][1]);
	read_all(&c);
	told = g_strjoinv("|", only(&c)->excludes);
	g_assert_cmpint(only(&c)->metadata_expire, ==, row->value);
	g_assert_cmpstr(told, ==, row->excludes);
	tear_down(&c);
}

/* What disable_excludes= says, and what is left of what [main] and a exclude. */
static void test_disable_excludes(void)
{
	static const char *const words[][2] = {
		{ "all", "m|x" }, { "*", "" }, { "main", "x" }, { "a", "m" }, { "?", "m" }, { "m*", "m|x" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *text = g_strdup_printf("[main]\nexcludepkgs=m\ndisable_excludes=%s\n",
							words[i][0]);
		g_autofree char *told = NULL;
		Case c = { NULL };

		set_up(&c);
		has_dnf5(&c);
		write_text(&c, "/etc/dnf/dnf.conf", text);
		write_text(&c, REPOS, A "excludepkgs=x\n");
		read_all(&c);
		told = g_strjoinv("|", only(&c)->excludes);
		g_assert_cmpstr(told, ==, words[i][1]);
		tear_down(&c);
	}
}

/* @main, the repository, whether metadata must be signed. */
static void test_policy(void)
{
	static const struct { const char *main, *repo; gboolean wanted; } policies[] = {
		{ "gpgcheck=1", "", FALSE },
		{ "gpgcheck=1\ngpgcheck_policy=legacy", "gpgcheck=1", FALSE },
		{ "gpgcheck=1\ngpgcheck_policy=full", "", TRUE },
		{ "gpgcheck=1\ngpgcheck_policy=all", "", TRUE },
		{ "gpgcheck_policy=full", "gpgcheck=1", TRUE },
		{ "gpgcheck_policy=full", "pkg_gpgcheck=1", FALSE },
		{ "gpgcheck=1\ngpgcheck_policy=full", "gpgcheck=0", FALSE },
		{ "gpgcheck=1\ngpgcheck_policy=full\nrepo_gpgcheck=0", "", FALSE },
		{ "gpgcheck_policy=full", "gpgcheck=1\nrepo_gpgcheck=0", FALSE },
		{ "gpgcheck=1", "gpgcheck_policy=full\ngpgcheck=1", FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(policies); i++) {
		g_autofree char *main_text = g_strdup_printf("[main]\n%s\n", policies[i].main);
		g_autofree char *text = g_strdup_printf(A "%s\n", policies[i].repo);
		Case c = { NULL };

		set_up(&c);
		write_text(&c, "/etc/dnf/dnf.conf", main_text);
		write_text(&c, REPOS, text);
		read_all(&c);
		g_assert_false(only(&c)->repo_gpgcheck);
		has_dnf5(&c);
		read_all(&c);
		g_assert_cmpint(only(&c)->repo_gpgcheck, ==, policies[i].wanted);
		tear_down(&c);
	}
}

static void test_cache(void)
{
	Case c = { NULL };

	set_up(&c);
	write_text(&c, "/etc/dnf/dnf.conf", "[main]\nsystem_cachedir=/srv/s\ncachedir=/srv/c\n");
	write_text(&c, REPOS, A);
	read_all(&c);
	g_assert_cmpstr(only(&c)->dnf_cache, ==, "/srv/c");
	has_dnf5(&c);
	read_all(&c);
	g_assert_cmpstr(only(&c)->dnf_cache, ==, "/srv/s");
	write_text(&c, "/etc/dnf/dnf.conf", "[main]\ncachedir=/srv/c\n");
	read_all(&c);
	g_assert_cmpstr(only(&c)->dnf_cache, ==, "/var/cache/libdnf5");
	write_text(&c, ETC_OVERRIDES "1.repo", "[a]\ncachedir=/srv/r\n");
	read_all(&c);
	g_assert_cmpstr(only(&c)->dnf_cache, ==, "/srv/r");
	tear_down(&c);
}

/* The environment counts more than files, files more than the machine's architecture. */
static void test_variables(void)
{
	Case c = { NULL };

	g_setenv("DNF_VAR_env", "env", TRUE);
	set_up(&c);
	has_dnf5(&c);
	write_text(&c, "/usr/share/dnf5/vars.d/usr", "usr");
	write_text(&c, "/usr/share/dnf5/vars.d/both", "usr");
	write_text(&c, "/etc/dnf/vars/both", "etc");
	write_text(&c, "/etc/dnf/vars/env", "etc");
	write_text(&c, "/etc/dnf/vars/arch", "vax");
	write_text(&c, "/etc/yum/vars/yum", "yum");
	write_text(&c, REPOS, A "name=$usr $both $env $arch $yum \\$usr ${no:-a\\}b} c\\\\d \\\n"
		   "mirrorlist=http://h/$basearch\n");
	read_all(&c);
	g_unsetenv("DNF_VAR_env");
	g_assert_cmpstr(only(&c)->name, ==, "usr etc env vax $yum $usr a}b c\\d \\");
	g_assert_null(strchr(only(&c)->mirrorlist, '$'));
	tear_down(&c);
}

static void test_backslash(void)
{
	Case c = { NULL };

	set_up(&c);
	write_text(&c, "/etc/dnf/vars/x", "X");
	write_text(&c, REPOS, A "name=\\$x ${no:-a\\}b} \\y\n");
	read_all(&c);
	g_assert_cmpstr(only(&c)->name, ==, "\\X a\\b} \\y");
	has_dnf5(&c);
	read_all(&c);
	g_assert_cmpstr(only(&c)->name, ==, "$x a}b y");
	tear_down(&c);
}

/* Of two files the one in the folder that comes first in reposdir= counts, and in a folder
 * the first by name with its suffix. */
static void test_order(void)
{
	Case c = { NULL };

	set_up(&c);
	has_dnf5(&c);
	write_text(&c, "/etc/dnf/dnf.conf", "[main]\nreposdir=/srv/z /srv/y\n");
	write_text(&c, "/srv/y/a.repo", "[a]\nbaseurl=http://y\n");
	write_text(&c, "/srv/z/b.repo", "[a]\nbaseurl=http://b\n");
	write_text(&c, "/srv/z/b-c.repo", "[a]\nbaseurl=http://b-c\n");
	read_all(&c);
	g_assert_cmpstr(only(&c)->baseurl[0], ==, "http://b-c");
	tear_down(&c);
}

/* What dnf5 stops at is an error: without it something would be used that must not be. */
static void test_damaged(void)
{
	static const char *const paths[] = {
		ETC_OVERRIDES "1.repo", USR_OVERRIDES "1.repo", ETC_DROP_INS "1.conf",
		USR_DROP_INS "1.conf", "/etc/dnf/dnf.conf",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		Case c = { NULL };

		set_up(&c);
		has_dnf5(&c);
		write_text(&c, REPOS, A);
		write_text(&c, paths[i], "no section\n");
		read_all(&c);
		g_assert_null(c.repos);
		g_assert_error(c.error, KP_ERROR, KP_ERROR_CONFIG);
		g_assert_nonnull(strstr(c.error->message, paths[i]));
		g_assert_nonnull(strstr(c.error->message, "line 1"));
		tear_down(&c);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *name = g_strdup_printf("/dnf5/%s", rows[i].name);

		g_test_add_data_func(name, &rows[i], test_row);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(main_rows); i++) {
		g_autofree char *name = g_strdup_printf("/dnf5/main/%zu", i + 1);

		g_test_add_data_func(name, &main_rows[i], test_main);
	}
	g_test_add_func("/dnf5/values", test_values);
	g_test_add_func("/dnf5/lists", test_lists);
	g_test_add_func("/dnf5/disable-excludes", test_disable_excludes);
	g_test_add_func("/dnf5/policy", test_policy);
	g_test_add_func("/dnf5/cache", test_cache);
	g_test_add_func("/dnf5/variables", test_variables);
	g_test_add_func("/dnf5/backslash", test_backslash);
	g_test_add_func("/dnf5/order", test_order);
	g_test_add_func("/dnf5/damaged", test_damaged);
	return g_test_run();
}
