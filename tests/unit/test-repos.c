/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration of repositories, as dnf reads it. */
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/repo-config.h"
#include "fixture.h"

typedef struct {
	char *root;
	GPtrArray *warnings;
	GPtrArray *repos;
	GError *error;
} Case;

static void set_up(Case *c, gconstpointer data)
{
	c->root = fixture_folder();
	c->warnings = g_ptr_array_new_with_free_func(g_free);
}

static void tear_down(Case *c, gconstpointer data)
{
	if (c->repos != NULL)
		g_ptr_array_unref(c->repos);
	g_ptr_array_unref(c->warnings);
	g_clear_error(&c->error);
	fixture_remove(c->root);
}

static void write_text(Case *c, const char *path, const char *text)
{
	fixture_write(c->root, path, text, -1);
}

static void read_all(Case *c)
{
	c->repos = kp_repos_read(c->root, NULL, c->warnings, &c->error);
}

static const KpRepo *repo(Case *c, guint index)
{
	g_assert_no_error(c->error);
	g_assert_cmpuint(c->repos->len, >, index);
	return g_ptr_array_index(c->repos, index);
}

/* One warning, with all of @words, and no other. */
static void assert_warning(Case *c, const char *words)
{
	g_auto(GStrv) each = g_strsplit(words, "|", -1);

	g_assert_cmpuint(c->warnings->len, ==, 1);
	for (char **word = each; *word != NULL; word++)
		if (strstr(g_ptr_array_index(c->warnings, 0), *word) == NULL)
			g_error("'%s' is not in '%s'", *word,
				(char *)g_ptr_array_index(c->warnings, 0));
}

static void test_nothing(Case *c, gconstpointer data)
{
	read_all(c);
	g_assert_no_error(c->error);
	g_assert_cmpuint(c->repos->len, ==, 0);
	g_assert_cmpuint(c->warnings->len, ==, 0);
}

static void test_defaults(Case *c, gconstpointer data)
{
	write_text(c, "/etc/yum.repos.d/a.repo", "[a]\nbaseurl=http://h/a/\n");
	read_all(c);

	const KpRepo *a = repo(c, 0);

	g_assert_cmpstr(a->id, ==, "a");
	g_assert_cmpstr(a->name, ==, "a");
	g_assert_true(g_str_has_suffix(a->file, "/etc/yum.repos.d/a.repo"));
	g_assert_cmpstr(a->baseurl[0], ==, "http://h/a/");
	g_assert_null(a->baseurl[1]);
	g_assert_cmpint(a->priority, ==, 99);
	g_assert_cmpint(a->metadata_expire, ==, 172800);
	g_assert_cmpint(a->timeout, ==, 30);
	g_assert_true(a->sslverify);
	g_assert_false(a->gpgcheck);
	g_assert_false(a->skip_if_unavailable);
	g_assert_null(a->excludes[0]);
	g_assert_null(a->proxy);
	g_assert_null(a->proxy_method);
	g_assert_true(a->proxy_sslverify);
	g_assert_null(a->ip_resolve);
	g_assert_cmpint(a->minrate, ==, 1000);
	g_assert_cmpstr(a->dnf_cache, ==, "/var/cache/dnf");
}

static void test_values(Case *c, gconstpointer data)
{
	write_text(c, "/etc/yum.repos.d/a.repo",
		   "\xef\xbb\xbf# comment\n; comment\n[a]  # more\nname = A = B 100%\n"
		   "baseurl = http://h/1, https://h/2\n  file:///srv/3 /srv/5\n  \n\tftp://h/4\n"
		   "mirrorlist=http://h/list?x=1&y=2\nmetalink=http://h/link\npriority=+7 # of 99\n"
		   "excludepkgs=kernel-6* x\nexclude=y\nincludepkgs=z\ngpgcheck='Yes'\n"
		   "repo_gpgcheck=TRUE\ngpgkey=file:///a file:///b\nskip_if_unavailable=on\n"
		   "metadata_expire=1.5h\nproxy=_none_\nproxy_username=\"u\"\nproxy_password=p=#;\n"
		   "username=v\npassword=w\nsslverify=0\nsslcacert=/ca\nsslclientcert=/cert\n"
		   "sslclientkey=/key\nproxy_auth_method=Digest\nproxy_sslverify=no\n"
		   "proxy_sslcacert=/pca\nproxy_sslclientcert=/pcert\nproxy_sslclientkey=/pkey\n"
		   "sslverifystatus=1\nip_resolve=IPv4\nminrate=1.5k\ntimeout=1m\nmodule_hotfixes=1\nsomething_else=x\r\n");
	read_all(c);
	g_assert_cmpuint(c->warnings->len, ==, 0);

	const KpRepo *a = repo(c, 0);
	g_autofree char *urls = g_strjoinv("|", a->baseurl);
	g_autofree char *excludes = g_strjoinv("|", a->excludes);

	g_assert_cmpstr(a->name, ==, "A = B 100%");
	g_assert_cmpstr(urls, ==, "http://h/1|https://h/2|file:///srv/3|file:///srv/5|ftp://h/4");
	g_assert_cmpstr(a->mirrorlist, ==, "http://h/list?x=1&y=2");
	g_assert_cmpint(a->priority, ==, 7);
	g_assert_cmpstr(excludes, ==, "y|kernel-6*|x");
	g_assert_cmpstr(a->includes[0], ==, "z");
	g_assert_true(a->gpgcheck && a->repo_gpgcheck && a->skip_if_unavailable);
	g_assert_cmpstr(a->gpgkey[1], ==, "file:///b");
	g_assert_cmpint(a->metadata_expire, ==, 5400);
	g_assert_null(a->proxy);
	g_assert_cmpstr(a->proxy_method, ==, "digest");
	g_assert_false(a->proxy_sslverify);
	g_assert_cmpstr(a->proxy_sslclientkey, ==, "/pkey");
	g_assert_true(a->sslverifystatus);
	g_assert_cmpstr(a->ip_resolve, ==, "ipv4");
	g_assert_cmpint(a->minrate, ==, 1536);
	g_assert_cmpstr(a->proxy_password, ==, "p=#;");
	g_assert_false(a->sslverify);
	g_assert_cmpstr(a->sslclientkey, ==, "/key");
	g_assert_cmpint(a->timeout, ==, 60);
}

static void test_main(Case *c, gconstpointer data)
{
	write_text(c, "/etc/dnf/dnf.conf",
		   "[main]\ngpgcheck=1\nmetadata_expire=never\nproxy=http://p:3128\n"
		   "excludepkgs=bad*\npriority=3\nbaseurl=http://wrong\ncachedir=/srv/dnf\n"
		   "reposdir=/srv/repos /srv/more\n[z]\nbaseurl=http://z\n");
	write_text(c, "/srv/repos/a.repo", "[a]\nbaseurl=http://a\ngpgcheck=0\nexclude=mine\n");
	write_text(c, "/srv/more/b.repo", "[b]\nbaseurl=http://b\nproxy=_none_\n");
	write_text(c, "/srv/more/b.repo.rpmsave", "[c]\nbaseurl=http://c\n");
	write_text(c, "/etc/yum.repos.d/x.repo", "[x]\nbaseurl=http://x\n");
	read_all(c);
	g_assert_no_error(c->error);
	g_assert_cmpuint(c->repos->len, ==, 3);
	g_assert_cmpstr(repo(c, 0)->id, ==, "a");
	g_assert_false(repo(c, 0)->gpgcheck);
	g_assert_true(repo(c, 1)->gpgcheck);
	g_assert_cmpint(repo(c, 0)->metadata_expire, ==, -1);
	g_assert_cmpint(repo(c, 0)->priority, ==, 99);
	g_assert_cmpstr(repo(c, 0)->proxy, ==, "http://p:3128");
	g_assert_null(repo(c, 1)->proxy);
	g_assert_cmpstr(repo(c, 0)->excludes[0], ==, "bad*");
	g_assert_cmpstr(repo(c, 0)->excludes[1], ==, "mine");
	g_assert_cmpstr(repo(c, 0)->dnf_cache, ==, "/srv/dnf");
	g_assert_cmpstr(repo(c, 2)->id, ==, "z");
}

/* What [main] says, a, b with its own lists: "|" between words. */
static const struct disabled { const char *value, *a, *b, *includes; } disabled_rows[] = {
	{ "", "bad*", "bad*|mine", "good*" },
	{ "main", "", "mine", "" },
	{ "b", "bad*", "bad*", "good*" },
	{ "main, b", "", "", "" },
	{ "all", "", "", "" },
	{ "c", "bad*", "bad*|mine", "good*" },
};

static void test_disable_excludes(Case *c, gconstpointer data)
{
	const struct disabled *row = data;
	g_autofree char *text = g_strdup_printf("[main]\nexcludepkgs=bad*\nincludepkgs=good*\n"
						"disable_excludes=%s\n", row->value);
	g_autofree char *a = NULL, *b = NULL, *includes = NULL;

	write_text(c, "/etc/dnf/dnf.conf", text);
	write_text(c, "/etc/yum.repos.d/a.repo",
		   "[a]\nbaseurl=http://a\n[b]\nbaseurl=http://b\nexclude=mine\n");
	read_all(c);
	a = g_strjoinv("|", repo(c, 0)->excludes);
	b = g_strjoinv("|", repo(c, 1)->excludes);
	includes = g_strjoinv("|", repo(c, 0)->includes);
	g_assert_cmpstr(a, ==, row->a);
	g_assert_cmpstr(b, ==, row->b);
	g_assert_cmpstr(includes, ==, row->includes);
}

static void test_yum_conf(Case *c, gconstpointer data)
{
	write_text(c, "/etc/yum.conf", "[main]\ngpgcheck=1\n[a]\nbaseurl=http://a\n");
	read_all(c);
	g_assert_true(repo(c, 0)->gpgcheck);
}

static void test_main_damaged(Case *c, gconstpointer data)
{
	write_text(c, "/etc/dnf/dnf.conf", "[main]\nthis is no pair\n");
	read_all(c);
	g_assert_error(c->error, KP_ERROR, KP_ERROR_CONFIG);
	g_assert_nonnull(strstr(c->error->message, "/etc/dnf/dnf.conf: line 2: '=' is missing"));
}

static void test_disabled(Case *c, gconstpointer data)
{
	write_text(c, "/etc/yum.repos.d/a.repo",
		   "[a]\nbaseurl=http://a\nenabled=0\n[b]\nbaseurl=http://b\nenabled=False\n"
		   "[c]\nbaseurl=http://c\nenabled = 1\n");
	read_all(c);
	g_assert_cmpuint(c->repos->len, ==, 1);
	g_assert_cmpstr(repo(c, 0)->id, ==, "c");
}

/* Within a file the later value counts, over files the earlier file. */
static void test_twice(Case *c, gconstpointer data)
{
	write_text(c, "/etc/yum.repos.d/a.repo",
		   "[r]\nbaseurl=http://1\nname=one\n[s]\nbaseurl=http://s\n[r]\nbaseurl=http://2\n");
	write_text(c, "/etc/yum.repos.d/a-b.repo", "[s]\nbaseurl=http://later\n");
	read_all(c);
	g_assert_cmpstr(repo(c, 0)->baseurl[0], ==, "http://2");
	g_assert_cmpstr(repo(c, 0)->name, ==, "one");
	g_assert_cmpstr(repo(c, 1)->baseurl[0], ==, "http://s");
	assert_warning(c, "a-b.repo|[s]|earlier file");
}

static void test_variables(Case *c, gconstpointer data)
{
	write_text(c, "/etc/os-release", "NAME=x\nVERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"\n");
	write_text(c, "/etc/yum/vars/site", "old\n");
	write_text(c, "/etc/dnf/vars/site", "berlin\nsecond line\n");
	write_text(c, "/etc/dnf/vars/empty", "");
	write_text(c, "/etc/dnf/vars/on", "1");
	write_text(c, "/etc/yum.repos.d/a.repo",
		   "[a-$site]\nname=$unknown ${unknown} ${site} $site_x $$site $\n"
		   "baseurl=http://h/$releasever/$releasever_major/${basearch}/${empty:-none}/"
		   "${site:+s}${unknown:+t}/${site\nenabled=$on\n");
	read_all(c);

	g_assert_cmpstr(repo(c, 0)->id, ==, "a-berlin");
	g_assert_cmpstr(repo(c, 0)->name, ==, "$unknown ${unknown} berlin $site_x $berlin $");
#ifdef __x86_64__
	g_assert_cmpstr(repo(c, 0)->baseurl[0], ==, "http://h/9/9/x86_64/none/s/${site");
#endif
}

static void test_nested_variables(Case *c, gconstpointer data)
{
	write_text(c, "/etc/dnf/vars/site", "berlin");
	write_text(c, "/etc/yum.repos.d/a.repo",
		   "[a]\nname=${no:-${nor:-$site}} ${site:+x${site}${no:-y}} ${no:-${nor}} ${no:-${site}\n"
		   "baseurl=http://h\n");
	read_all(c);
	g_assert_cmpstr(repo(c, 0)->name, ==, "berlin xberliny ${nor} ${no:-berlin");
}

/* Files count for more than the environment, as with dnf, and nothing is more than the
 * machine's architecture. */
static void test_environment(Case *c, gconstpointer data)
{
	static const char *const pairs[][2] = {
		{ "DNF_VAR_SITE", "berlin" }, { "DNF_VAR_file", "no" }, { "DNF_VAR_basearch", "vax" },
		{ "DNF_VAR_", "x" }, { "DNF1", "one" }, { "DNF10", "ten" }, { "DNFx", "x" },
		{ "DNF_VAR_a-b", "x" }, { "DNF_VAR_releasever", "8" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
		g_setenv(pairs[i][0], pairs[i][1], TRUE);
	write_text(c, "/etc/os-release", "VERSION_ID=9\n");
	write_text(c, "/etc/dnf/vars/file", "yes");
	write_text(c, "/etc/dnf/vars/arch", "vax");
	write_text(c, "/etc/yum.repos.d/a.repo", "[a]\nbaseurl=http://h/$SITE/$file/$DNF1/$DNF10/$DNFx/"
		   "$a-b/$releasever\nname=$arch $basearch\n");
	read_all(c);
	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
		g_unsetenv(pairs[i][0]);
	g_assert_cmpstr(repo(c, 0)->baseurl[0], ==, "http://h/berlin/yes/one/$DNF10/$DNFx/$a-b/8");
	g_assert_null(strstr(repo(c, 0)->name, "vax"));
}

static const struct release { const char *os_release, *var, *expected; } releases[] = {
	{ "VERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"\n", NULL, "9" },
	{ "VERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"\n", "9.2", "9.2" },
	{ "VERSION_ID=42\nPLATFORM_ID=platform:f42\n", NULL, "42" },
	{ "VERSION_ID=\"2023\"\nPLATFORM_ID=\"platform:al2023\"\n", NULL, "2023" },
	{ "VERSION_ID=\"12\"\n", NULL, "12" },
	{ "NAME=rolling\n", NULL, "$releasever" },
	{ NULL, NULL, "$releasever" },
};

static void test_releasever(Case *c, gconstpointer data)
{
	const struct release *row = data;
	g_autofree char *url = g_strconcat("http://h/", row->expected, NULL);

	if (row->os_release != NULL)
		write_text(c, "/etc/os-release", row->os_release);
	if (row->var != NULL)
		write_text(c, "/etc/dnf/vars/releasever", row->var);
	write_text(c, "/etc/yum.repos.d/a.repo", "[a]\nbaseurl=http://h/$releasever\n");
	read_all(c);
	g_assert_cmpstr(repo(c, 0)->baseurl[0], ==, url);
}

/* What is bad is told and the default taken; what is unknown is dnf's business. */
static const struct bad { const char *text, *words; guint repos; } bad[] = {
	{ "[a]\nbaseurl=http://a\ngpgcheck=maybe\n", "a.repo|[a]|gpgcheck=maybe", 1 },
	{ "[a]\nbaseurl=http://a\nenabled=maybe\n", "a.repo|[a]|enabled=maybe", 1 },
	{ "[a]\nbaseurl=http://a\n# what follows goes on with nothing\n http://b\n",
	  "line 4: an indented line", 0 },
	{ "[a]\nbaseurl=http://a\n\n http://b\n", "line 4: an indented line", 0 },
	{ "[a]\nbaseurl=http://a\npriority='7\"\n", "a.repo|[a]|priority='7\"", 1 },
	{ "[a]\nbaseurl=http://a\npriority=high\n", "a.repo|[a]|priority=high", 1 },
	{ "[a]\nbaseurl=http://a\npriority=99999999999\n", "priority=99999999999", 1 },
	{ "[a]\nbaseurl=http://a\nmetadata_expire=2w\n", "metadata_expire=2w", 1 },
	{ "[a]\nbaseurl=http://a\nmetadata_expire=-5\n", "metadata_expire=-5", 1 },
	{ "[a]\nbaseurl=http://a\nmetadata_expire=nan\n", "metadata_expire=nan", 1 },
	{ "[a]\nbaseurl=http://a\ntimeout=\n", "timeout=", 1 },
	{ "[a]\nbaseurl=http://a\nip_resolve=5\n", "ip_resolve=5|whatever, 4, ipv4, 6, ipv6", 1 },
	{ "[a]\nbaseurl=http://a\nproxy_auth_method=magic\n", "proxy_auth_method=magic|any, basic", 1 },
	{ "[a]\nbaseurl=http://a\nminrate=5d\n", "minrate=5d", 1 },
	{ "[a]\nbaseurl=http://a gopher://b\n", "baseurl=gopher://b", 1 },
	{ "[a]\nname=x\n", "[a]|baseurl, mirrorlist or metalink", 0 },
	{ "[a/../b]\nbaseurl=http://a\n", "[a/../b]|left out", 0 },
	{ "[a b]\nbaseurl=http://a\n", "[a b]|left out", 0 },
	{ "[a] x\nbaseurl=http://a\n", "line 1: text after ']'", 0 },
	{ "[a\x1b]\nbaseurl=http://a\n", "[a\\x1b]|left out", 0 },
	{ "baseurl=http://a\n", "a.repo|line 1: comes before the first", 0 },
	{ "[a\n", "line 1: ']' is missing", 0 },
	{ "[]\n", "line 1: a section without a name", 0 },
	{ "[a]\n more\n", "line 2: an indented line", 0 },
	{ "[a]\n=x\n", "line 2: a value without a key", 0 },
};

static void test_bad(Case *c, gconstpointer data)
{
	const struct bad *row = data;

	write_text(c, "/etc/yum.repos.d/a.repo", row->text);
	write_text(c, "/etc/yum.repos.d/z.repo", "[z]\nbaseurl=http://z\n");
	read_all(c);
	g_assert_no_error(c->error);
	g_assert_cmpuint(c->repos->len, ==, row->repos + 1);
	assert_warning(c, row->words);
	if (row->repos > 0)
		g_assert_cmpint(repo(c, 0)->priority + repo(c, 0)->metadata_expire +
				repo(c, 0)->timeout, ==, 99 + 172800 + 30);
}

static void test_file_name(Case *c, gconstpointer data)
{
	write_text(c, "/etc/yum.repos.d/\x1b[2J.repo", "[a]\nbaseurl=http://a\n");
	read_all(c);
	g_assert_true(g_str_has_suffix(repo(c, 0)->file, "/\\x1b[2J.repo"));
}

static void test_not_text(Case *c, gconstpointer data)
{
	fixture_write(c->root, "/etc/yum.repos.d/a.repo", "[a]\0\n", 5);
	read_all(c);
	g_assert_cmpuint(c->repos->len, ==, 0);
	assert_warning(c, "a.repo|bytes of zero");
}

static void test_printable(void)
{
	static const struct { const char *text, *clean; } rows[] = {
		{ "plain äöü", "plain äöü" },
		{ "\x1b[31m", "\\x1b[31m" },
		{ "a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f" },
		{ "\xff\xc3", "\\xff\\xc3" },
		{ "\xc2\x9b", "\\xc2\\x9b" },	/* CSI in one character */
		{ "a\xe2\x80\xae" "b", "a\\xe2\\x80\\xae" "b" },	/* right-to-left override */
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *clean = kp_text_printable(rows[i].text);

		g_assert_cmpstr(clean, ==, rows[i].clean);
	}
}

#define ADD(name, data, function) \
	g_test_add(name, Case, data, set_up, function, tear_down)

static void add_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(releases); i++) {
		g_autofree char *name = g_strdup_printf("/repos/releasever/%zu", i + 1);

		ADD(name, &releases[i], test_releasever);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(disabled_rows); i++) {
		g_autofree char *name = g_strdup_printf("/repos/disable-excludes/%zu", i + 1);

		ADD(name, &disabled_rows[i], test_disable_excludes);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *name = g_strdup_printf("/repos/bad/%zu", i + 1);

		ADD(name, &bad[i], test_bad);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/repos/nothing", NULL, test_nothing);
	ADD("/repos/defaults", NULL, test_defaults);
	ADD("/repos/values", NULL, test_values);
	ADD("/repos/main", NULL, test_main);
	ADD("/repos/yum-conf", NULL, test_yum_conf);
	ADD("/repos/main-damaged", NULL, test_main_damaged);
	ADD("/repos/disabled", NULL, test_disabled);
	ADD("/repos/twice", NULL, test_twice);
	ADD("/repos/variables", NULL, test_variables);
	ADD("/repos/nested-variables", NULL, test_nested_variables);
	ADD("/repos/environment", NULL, test_environment);
	ADD("/repos/file-name", NULL, test_file_name);
	ADD("/repos/not-text", NULL, test_not_text);
	g_test_add_func("/repos/printable", test_printable);
	add_rows();
	return g_test_run();
}
