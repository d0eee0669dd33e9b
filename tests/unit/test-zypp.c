/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration of repositories where zypper is, and that it counts nowhere else. */
#include <string.h>

#include "base/metadata.h"
#include "base/packager.h"
#include "base/repo-config.h"
#include "base/version-locks.h"
#include "fixture.h"

#define REPOS "/etc/zypp/repos.d/a.repo"
#define A "[a]\nname=A\nenabled=1\nautorefresh=1\nbaseurl=http://a/\ntype=rpm-md\nkeeppackages=0\n"
#define PRODUCT "<?xml version=\"1.0\"?>\n<product schemeversion=\"0\"><vendor>SUSE</vendor>" \
		"<name>SLES</name><version>15.6</version><codestream><version>1</version></codestream></product>\n"

/* Files, the repositories that are used ("id url", priority if it is not 99), and how many
 * warnings there are. */
static const struct row {
	const char *name, *repos;
	guint warnings;
	const char *files[4][2];
} rows[] = {
	{ "plain", "a http://a/", 0, { { REPOS, A } } },
	{ "disabled", "", 0, { { REPOS, A "[b]\nenabled=0\nbaseurl=http://b\n" },
			       { "/etc/zypp/repos.d/a.repo", "[a]\nenabled=0\nbaseurl=http://a\n" } } },
	{ "enabled unless it says otherwise", "a http://a", 0, { { REPOS, "[a]\nbaseurl=http://a\n" } } },
	{ "priority", "a http://a/ 90", 0, { { REPOS, A "priority=90\n" } } },
	{ "no priority", "a http://a/", 0, { { REPOS, A "priority=0\n" } } },
	{ "path", "a http://a/x/y", 0, { { REPOS, A "path=/x/y\n" } } },
	{ "path out of it", "a http://a/z", 0, { { REPOS, A "path=../x/../../z\n" } } },
	{ "path of all", "a http://a/", 0, { { REPOS, A "path=/\n" } } },
	{ "folder", "a file:///srv/x", 0, { { REPOS, "[a]\nbaseurl=dir:///srv/x\n" } } },
	{ "folder with one slash", "a file:///srv/x file:///srv/y", 0,
	  { { REPOS, "[a]\nbaseurl=dir:/srv/x file:/srv/y\n" } } },
	{ "several lines", "a http://a http://b http://c", 0,
	  { { REPOS, "[a]\nbaseurl=http://a\nhttp://b\n       http://c\npriority=99\n" } } },
	{ "several times", "a http://a http://b", 0,
	  { { REPOS, "[a]\nbaseurl=http://a\nbaseurl = http://b\nname=A\n" } } },
	{ "lines around comments", "a http://a http://b http://c", 0,
	  { { REPOS, "[a] # why\nbaseurl=http://a\n# no\n; no\n\nhttp://b, http://c\n" } } },
	{ "a comma in a URL", "a http://a/b,c", 0, { { REPOS, "[a]\nbaseurl=http://a/b,c\n" } } },
	{ "a URL twice", "a http://a", 0, { { REPOS, "[a]\nbaseurl=http://a http://a\n" } } },
	{ "quotes are part of a value", "", 2, { { REPOS, "[a]\nbaseurl=\"http://a\"\n" } } },
	{ "words of its own", "a http://a|b http://b|d http://d", 0,
	  { { REPOS, "[a]\nbaseurl=http://a\nenabled=always\n[b]\nbaseurl=http://b\nenabled=+\n"
		     "[c]\nbaseurl=http://c\nenabled=$x\n[d]\nbaseurl=http://d\nenabled=7\n"
		     "[e]\nbaseurl=http://e\nenabled=maybe\n" }, { "/etc/zypp/vars.d/x", "1\n" } } },
	{ "aliases", "$x http://x|a/b http://b|main http://m|two words http://w", 1,
	  { { REPOS, "[two words]\nbaseurl=http://w\n[a/b]\nbaseurl=http://b\n[main]\nbaseurl=http://m\n"
		     "[$x]\nbaseurl=http://x\n[.y]\nbaseurl=http://y\n" } } },
	{ "numbered files", "a http://a|b http://b", 0,
	  { { REPOS, "[a]\nbaseurl=http://a\n" }, { REPOS "_1", "[b]\nbaseurl=http://b\n" },
	    { REPOS "_x", "[c]\nbaseurl=http://c\n" } } },
	{ "a section without an end", "", 1, { { REPOS, "[a]\nbaseurl=http://a\n[b\n" } } },
	{ "of two sections", "a http://a|b http://b", 0,
	  { { REPOS, "[a]\nbaseurl=http://a\n[b]\nbaseurl=http://b\n" } } },
	{ "disc", "", 2, { { REPOS, "[a]\nbaseurl=cd:///?devices=/dev/sr0\n" } } },
	{ "another type", "a http://a", 0, { { REPOS, "[a]\ntype=yast2\nbaseurl=http://a\n" } } },
	{ "no type", "a http://a", 0, { { REPOS, "[a]\ntype=NONE\nbaseurl=http://a\n" } } },
	{ "release of the product", "a http://a/15.6/15/6", 0,
	  { { REPOS, "[a]\nbaseurl=http://a/$releasever/${releasever_major}/$releasever_minor\n" },
	    { "/etc/products.d/baseproduct", PRODUCT }, { "/etc/os-release", "VERSION_ID=15.5\n" } } },
	{ "release of the system", "a http://a/15.5", 0,
	  { { REPOS, "[a]\nbaseurl=http://a/$releasever\n" }, { "/etc/os-release", "VERSION_ID=15.5\n" } } },
	{ "variables", "a http://a/two/other", 0,
	  { { REPOS, "[a]\nbaseurl=http://a/$x/${y:-other}\n" }, { "/etc/zypp/vars.d/x", "two\n" },
	    { "/etc/dnf/vars/y", "dnf\n" } } },
	{ "variables of its own count more", "a http://a/99/99/x/mine", 0,
	  { { REPOS, "[a]\nbaseurl=http://a/$releasever/$releasever_major/${releasever_minor:-x}/$basearch\n" },
	    { "/etc/zypp/vars.d/releasever", "99\n" }, { "/etc/zypp/vars.d/basearch", "mine\n" },
	    { "/etc/products.d/baseproduct", PRODUCT } } },
	{ "a backslash means something in braces", "a http://a/\\two/$x", 0,
	  { { REPOS, "[a]\nbaseurl=http://a/\\$x/${none:-\\$x}\n" }, { "/etc/zypp/vars.d/x", "two\n" } } },
	{ "another folder", "b http://b", 0,
	  { { REPOS, A }, { "/etc/zypp/zypp.conf", "[main]\nreposdir = /srv/r\n" },
	    { "/srv/r/b.repo", "[b]\nbaseurl=http://b\n" } } },
	{ "another folder of a drop-in", "b http://b", 0,
	  { { "/etc/zypp/zypp.conf", "[main]\nreposdir = /nowhere\n" },
	    { "/etc/zypp/zypp.conf.d/1.conf", "[main]\nreposdir = /srv/r\n" },
	    { "/srv/r/b.repo", "[b]\nbaseurl=http://b\n" } } },
	{ "no sections of zypp.conf", "a http://a/", 0,
	  { { REPOS, A }, { "/etc/zypp/zypp.conf", "[main]\n[x]\nbaseurl=http://x\n" } } },
	{ "without TLS", "a https://a", 0, { { REPOS, "[a]\nbaseurl=https://a?ssl_verify=no&timeout=9\n" } } },
	{ "credentials", "a https://a/x as me:secret", 0,
	  { { REPOS, "[a]\nbaseurl=https://a?credentials=SCC\npath=x\n" },
	    { "/etc/zypp/credentials.d/SCC", "username = me\npassword=secret\n" } } },
	{ "credentials that are not there", "", 2, { { REPOS, "[a]\nbaseurl=https://a?credentials=SCC\n" } } },
	{ "credentials of elsewhere", "", 2,
	  { { REPOS, "[a]\nbaseurl=https://a?credentials=../SCC\n" },
	    { "/etc/zypp/SCC", "username = me\npassword=secret\n" } } },
	{ "a proxy", "a http://a through me@http://p:3128", 0,
	  { { REPOS, "[a]\nbaseurl=http://a?proxyport=3128&proxy=http://p&proxyuser=me&proxypass=x\n" } } },
	{ "a query for the server", "", 2, { { REPOS, "[a]\nbaseurl=https://a?token\n" } } },
	/* what there is of dnf or yum counts in its place */
	{ "beside dnf.conf", "", 0, { { REPOS, A }, { "/etc/dnf/dnf.conf", "[main]\n" } } },
	{ "beside repositories of yum", "y http://y", 0,
	  { { REPOS, A }, { "/etc/yum.repos.d/y.repo", "[y]\nbaseurl=http://y\n" } } },
	{ "beside dnf5", "", 0, { { REPOS, A }, { "/usr/share/dnf5/README", "" } } },
	/* but where only one of them is installed, that one's */
	{ "beside repositories of yum, with zypper alone", "a http://a/", 0,
	  { { REPOS, A }, { "/etc/yum.repos.d/y.repo", "[y]\nbaseurl=http://y\n" },
	    { "/usr/bin/zypper", "" } } },
	{ "beside dnf5's files, with zypper alone", "a http://a/", 0,
	  { { REPOS, A }, { "/usr/share/dnf5/README", "" }, { "/usr/bin/zypper", "" } } },
	{ "with zypper and dnf", "", 0,
	  { { REPOS, A }, { "/etc/dnf/dnf.conf", "[main]\n" }, { "/usr/bin/zypper", "" },
	    { "/usr/bin/dnf", "" } } },
	{ "with zypper and dnf, which has no repositories", "a http://a/", 0,
	  { { REPOS, A }, { "/usr/bin/zypper", "" }, { "/usr/bin/dnf", "" } } },
	{ "beside a folder of yum", "a http://a/", 0,
	  { { REPOS, A }, { "/etc/yum.repos.d/README", "" } } },
};

static void add_repo(GString *text, const KpRepo *repo)
{
	g_autofree char *urls = g_strjoinv(" ", repo->baseurl);

	g_string_append_printf(text, "%s%s %s", text->len > 0 ? "|" : "", repo->id, urls);
	if (repo->priority != 99)
		g_string_append_printf(text, " %d", (int)repo->priority);
	if (repo->username != NULL)
		g_string_append_printf(text, " as %s:%s", repo->username, repo->password);
	if (repo->proxy != NULL)
		g_string_append_printf(text, " through %s@%s", repo->proxy_username, repo->proxy);
}

static void test_row(gconstpointer data)
{
	const struct row *row = data;
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) repos = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	char *root = fixture_folder();

	fixture_write(root, "/etc/zypp/repos.d/README", "", 0);
	for (gsize i = 0; i < G_N_ELEMENTS(row->files) && row->files[i][0] != NULL; i++)
		fixture_write(root, row->files[i][0], row->files[i][1], -1);
	repos = kp_repos_read(root, NULL, warnings, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < repos->len; i++)
		add_repo(text, g_ptr_array_index(repos, i));
	g_assert_cmpstr(text->str, ==, row->repos);
	g_assert_cmpuint(warnings->len, ==, row->warnings);
	fixture_remove(root);
}

/* Signatures of metadata are asked for where somebody says so, and those of packages are
 * no matter of this. */
static void test_signatures(void)
{
	static const struct { const char *main, *repo; gboolean metadata; } cases[] = {
		{ "", "", FALSE }, { "", "gpgcheck=1\npkg_gpgcheck=1\n", FALSE }, { "", "repo_gpgcheck=1\n", TRUE },
		{ "repo_gpgcheck=on\n", "", TRUE }, { "repo_gpgcheck=on\n", "repo_gpgcheck=off\n", FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *conf = g_strconcat("[main]\n", cases[i].main, NULL);
		g_autofree char *repo = g_strconcat("[a]\nbaseurl=http://a\n", cases[i].repo, NULL);
		g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(GPtrArray) repos = NULL;
		char *root = fixture_folder();

		fixture_write(root, "/etc/zypp/zypp.conf", conf, -1);
		fixture_write(root, REPOS, repo, -1);
		repos = kp_repos_read(root, NULL, warnings, NULL);
		g_assert_cmpuint(repos->len, ==, 1);
		g_assert_cmpint(((const KpRepo *)g_ptr_array_index(repos, 0))->repo_gpgcheck, ==,
				cases[i].metadata);
		fixture_remove(root);
	}
}

/* Whatever is configured, nothing of dnf's cache is looked for. */
static void test_no_cache(void)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) repos = NULL;
	g_autoptr(KpRepoData) found = NULL;
	char *root = fixture_folder();

	fixture_write(root, REPOS, A, -1);
	repos = kp_repos_read(root, NULL, warnings, NULL);
	found = kp_metadata_find(root, g_ptr_array_index(repos, 0), NULL);
	g_assert_null(found);
	fixture_remove(root);
}

/* Locks as they are read: "name key:signs:value..." a line, "?" for what is not understood. */
static const struct { const char *text, *locks; } lock_rows[] = {
	{ "", "" }, { "\n\n# nothing\n", "" },
	{ "\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: kpatch*\n\n", "kpatch*\n" },
	{ "type: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: a\nsolvable_name: b\n",
	  "a\nb\n" },
	{ "type: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: a\n\n"
	  "type: package\nmatch_type: exact\ncase_sensitive: off\nsolvable_name: b\n", "a\nb folded\n" },
	{ "type: package\nmatch_type: substring\nsolvable_name: patch\n", "*patch* folded\n" },
	{ "type: package\nversion: < 1.0\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: a\n",
	  "a 1:1:1.0\n" },
	{ "type: package\nversion: == 1.0-2\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: a\n"
	  "solvable_arch: x86_64\n", "a 1:2:1.0-2\n* 1:2:1.0-2 2:2:x86_64\n" },
	{ "type: package\nrepo: r\nrepo: s\nmatch_type: glob\ncase_sensitive: yes\nsolvable_name: a\n",
	  "a 3:2:r\na 3:2:s\n" },
	{ "kind: package\nmatch_type: exact\ncase_sensitive: 1\nsolvable_name: a*\ncomment: why\n"
	  "install_status: not-installed\n", "a\\* 4:5:\n" },
	{ "type: package\ntype: patch\nmatch_type: glob\ncase_sensitive: on\nquery_string: a > 1\n",
	  "a 1:4:1\n" },
	{ "type: package\nmatch_type: glob\ncase_sensitive: on\nversion: >1\n", "* 1:4:1\n" },
	{ "type: package\nmatch_type: glob\nsolvable_name: a b\n", "?" },
	{ "type: package\nmatch_type: glob\nsolvable_name: a\ninstall_status: odd\n", "?" },
	{ "type: package\nmatch_type: glob\nsolvable_arch: x86*\n", "?" },
	{ "type: patch\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: SUSE-1\n", "" },
	{ "type: package\nmatch_type: regex\nsolvable_name: ^a\n", "?" },
	{ "type: package\nmatch_type: glob\ncomplex: AttrMatchData solvable:name a C x\n", "?" },
	{ "type: package\nversion: about 1\nmatch_type: glob\nsolvable_name: a\n", "?" },
	{ "type: package\nmatch_type: glob\ncase_sensitive: off\n", "* folded\n" },
	{ "type: package\nmatch_type: glob\nsolvable_name: a\nnews: 1\n", "?" },
	{ "some text\n", "?" },
};

static void test_locks(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(lock_rows); i++) {
		g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(KpVersionLocks) locks = kp_zypp_locks_parse("/f", lock_rows[i].text,
								     strlen(lock_rows[i].text), warnings);

		g_test_message("%s", lock_rows[i].text);
		for (guint j = 0; j < locks->locks->len; j++) {
			const KpVersionLock *lock = g_ptr_array_index(locks->locks, j);

			g_string_append_printf(text, "%s%s", lock->name, lock->folded ? " folded" : "");
			for (guint k = 0; k < lock->conditions->len; k++) {
				const KpLockCondition *condition = g_ptr_array_index(lock->conditions, k);

				g_string_append_printf(text, " %d:%u:%s", (int)condition->key,
						       condition->signs, condition->value);
			}
			g_string_append_c(text, '\n');
		}
		if (locks->problem != NULL)
			g_string_append_c(text, '?');
		g_assert_cmpstr(text->str, ==, lock_rows[i].locks);
		g_assert_cmpuint(warnings->len, ==, locks->problem != NULL);
	}
}

/* The file is that of zypper where that is the machine's. */
static void test_lock_file(void)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpVersionLocks) locks = NULL;
	char *root = fixture_folder();

	fixture_write(root, "/etc/zypp/locks", lock_rows[2].text, -1);
	g_assert_null(kp_version_locks_read(root, warnings));
	fixture_write(root, REPOS, A, -1);
	locks = kp_version_locks_read(root, warnings);
	g_assert_nonnull(locks);
	g_assert_true(locks->takes_away);
	g_assert_cmpuint(locks->locks->len, ==, 1);
	fixture_remove(root);
}

/* What an operator is told to type is of the package manager that is there. */
static void test_commands(void)
{
	char *root = fixture_folder();
	g_autofree char *dnf = kp_packager_command(kp_packager(root), KP_PACKAGER_REMOVE, "a");
	g_autofree char *zypper = NULL, *repos = NULL, *again = NULL;

	g_assert_cmpstr(dnf, ==, "dnf remove a");
	fixture_write(root, REPOS, A, -1);
	zypper = kp_packager_command(kp_packager(root), KP_PACKAGER_REMOVE, "a");
	repos = kp_packager_command(kp_packager(root), KP_PACKAGER_REPOS, NULL);
	g_assert_cmpstr(zypper, ==, "zypper remove a");
	again = kp_packager_reinstall(kp_packager(root), "a", "1-2");
	g_assert_cmpstr(again, ==, "zypper install --force a=1-2");
	g_assert_cmpstr(repos, ==, "zypper repos");
	/* every packager has a command for every task */
	for (int packager = 0; packager < KP_PACKAGERS; packager++)
		for (int task = 0; task < KP_PACKAGER_TASKS; task++) {
			g_autofree char *command = kp_packager_command(packager, task, "a");

			g_assert_true(g_str_has_prefix(command, kp_packager_name(packager)));
			g_assert_true(g_str_has_suffix(command, " a"));
		}
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_unsetenv("ZYPP_REPO_RELEASEVER");
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdup_printf("/zypp/%s", rows[i].name);

		g_test_add_data_func(path, &rows[i], test_row);
	}
	g_test_add_func("/zypp/signatures", test_signatures);
	g_test_add_func("/zypp/no-cache", test_no_cache);
	g_test_add_func("/zypp/locks", test_locks);
	g_test_add_func("/zypp/lock-file", test_lock_file);
	g_test_add_func("/zypp/commands", test_commands);
	return g_test_run();
}
