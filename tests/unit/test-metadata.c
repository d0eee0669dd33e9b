/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metadata on disk: which is used, and what is not believed. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include "base/metadata.h"
#include "fixture.h"
#include "package/metadata-place.h"
#include "package/repomd.h"
#include "package/revision.h"
#include "package/stamp.h"

#define PRIMARY "not really packages"
#define UPDATEINFO "not really advisories"
#define ID "r-d9da3d247efd5a05"

typedef struct {
	char *root;
	KpRepo *repo;
	KpRepoData *data;
} Case;

static void set_up(Case *c, gconstpointer data)
{
	static const char *const urls[] = { "http://h/r/", NULL };

	c->root = fixture_folder();
	c->repo = g_new0(KpRepo, 1);
	c->repo->id = g_strdup("r");
	c->repo->baseurl = g_strdupv((char **)urls);
	c->repo->metadata_expire = 3600;
	c->repo->dnf_cache = g_strdup("/var/cache/dnf");
}

static void tear_down(Case *c, gconstpointer data)
{
	kp_repo_data_free(c->data);
	kp_repo_free(c->repo);
	fixture_remove(c->root);
}

static char *repomd(const char *primary, const char *location, const char *revision)
{
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, primary, -1);
	g_autofree char *other = g_compute_checksum_for_string(G_CHECKSUM_SHA512, UPDATEINFO, -1);

	return g_strdup_printf(
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<repomd xmlns=\"http://linux.duke.edu/metadata/repo\" "
		"xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n"
		"<revision>%s</revision>\n"
		"<data type=\"primary\"><checksum type=\"sha256\">%s</checksum>"
		"<open-checksum type=\"sha256\">00</open-checksum>"
		"<location href=\"%s\"/><timestamp>1</timestamp><size>%zu</size>"
		"<open-size>999</open-size></data>\n"
		"<data type=\"filelists\"><location href=\"../../x\"/></data>\n"
		"<data type=\"updateinfo\"><checksum type=\"sha512\">%s</checksum>"
		"<location href=\"repodata/u-updateinfo.xml.xz\"/></data>\n</repomd>\n",
		revision, sum, location, strlen(primary), other);
}

/* What dnf leaves, @age seconds old. */
static void dnf_has(Case *c, const char *primary, gint64 age)
{
	g_autofree char *text = repomd(primary, "repodata/p-primary.xml.gz", "1");
	g_autofree char *path = g_build_filename(c->root, "var/cache/dnf", ID, "repodata",
						 "p-primary.xml.gz", NULL);
	time_t then = (time_t)(g_get_real_time() / G_USEC_PER_SEC - age);
	struct utimbuf times = { then, then };

	fixture_write(c->root, "/var/cache/dnf/" ID "/repodata/repomd.xml", text, -1);
	fixture_write(c->root, "/var/cache/dnf/" ID "/repodata/p-primary.xml.gz", primary, -1);
	fixture_write(c->root, "/var/cache/dnf/" ID "/repodata/u-updateinfo.xml.xz", UPDATEINFO, -1);
	g_assert_cmpint(utime(path, &times), ==, 0);
}

/* What we leave, in md-@name that @link leads to, asked for @age seconds ago. */
static char *own_has(Case *c, const char *link, const char *name, const char *primary, gint64 age)
{
	g_autofree char *text = repomd(primary, "repodata/p-primary.xml.gz", "1");
	g_autofree char *folder = kp_metadata_folder(c->root, c->repo);
	g_autofree char *target = g_strconcat(KP_METADATA_PREFIX, name, NULL);
	char *path = g_build_filename(folder, target, NULL);
	g_autofree char *from = g_build_filename(folder, link, NULL);
	g_autofree char *stamp_path = g_build_filename(path, KP_METADATA_STAMP, NULL);
	KpStamp stamp = { .primary = (char *)"primary.xml.gz",
			  .updateinfo = (char *)"updateinfo.xml.xz" };

	fixture_write(path, "repomd.xml", text, -1);
	fixture_write(path, "primary.xml.gz", primary, -1);
	fixture_write(path, "updateinfo.xml.xz", UPDATEINFO, -1);
	g_assert_cmpint(symlink(target, from), ==, 0);
	stamp.cookie = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	stamp.asked = g_get_real_time() / G_USEC_PER_SEC - age;
	g_assert_true(kp_stamp_write(stamp_path, path, &stamp));
	g_free(stamp.cookie);
	return path;
}

static void find(Case *c)
{
	g_autoptr(GError) error = NULL;

	kp_repo_data_free(c->data);
	c->data = kp_metadata_find(c->root, c->repo, &error);
	g_assert_no_error(error);
}

static void assert_found(Case *c, const char *where)
{
	find(c);
	g_assert_nonnull(c->data);
	if (strstr(c->data->primary, where) == NULL)
		g_error("'%s' is not in '%s'", where, c->data->primary);
}

static void test_nothing(Case *c, gconstpointer data)
{
	find(c);
	g_assert_null(c->data);
}

static void test_dnf(Case *c, gconstpointer data)
{
	dnf_has(c, PRIMARY, 60);
	assert_found(c, "/var/cache/dnf/" ID "/repodata/p-primary.xml.gz");
	g_assert_true(g_str_has_suffix(c->data->updateinfo, "/u-updateinfo.xml.xz"));
	g_assert_cmpuint(strlen(c->data->cookie), ==, 64);
	g_assert_false(c->data->stale);
	g_assert_true(c->data->repo == c->repo);
}

static void test_stale(Case *c, gconstpointer data)
{
	dnf_has(c, PRIMARY, 4000);
	assert_found(c, "/dnf/");
	g_assert_true(c->data->stale);
	c->repo->metadata_expire = -1;
	assert_found(c, "/dnf/");
	g_assert_false(c->data->stale);
	fixture_write(c->root, "/var/cache/dnf/expired_repos.json", "[\"q\", \"r\"]", -1);
	assert_found(c, "/dnf/");
	g_assert_true(c->data->stale);
}

/* dnf5's mark lies beside what it is about. */
static void test_marked(Case *c, gconstpointer data)
{
	dnf_has(c, PRIMARY, 60);
	fixture_write(c->root, "/var/cache/dnf/q-d9da3d247efd5a05/attrs/expired", "", -1);
	assert_found(c, "/dnf/");
	g_assert_false(c->data->stale);
	fixture_write(c->root, "/var/cache/dnf/" ID "/attrs/expired", "", -1);
	assert_found(c, "/dnf/");
	g_assert_true(c->data->stale);
}

static void test_from_the_future(Case *c, gconstpointer data)
{
	dnf_has(c, PRIMARY, -200);
	assert_found(c, "/dnf/");
	g_assert_false(c->data->stale);	/* a clock was set right */
	dnf_has(c, PRIMARY, -4000);
	assert_found(c, "/dnf/");
	g_assert_true(c->data->stale);
}

static void test_newest(Case *c, gconstpointer data)
{
	g_autofree char *own = own_has(c, "repodata", "1", PRIMARY, 100);

	assert_found(c, "/md-1/primary.xml.gz");
	g_assert_false(c->data->stale);
	dnf_has(c, PRIMARY, 200);
	assert_found(c, "/md-1/");
	dnf_has(c, PRIMARY, 50);
	assert_found(c, "/dnf/");
}

/* The stamp makes it cheap, and does not make it blind. */
static void test_changed(Case *c, gconstpointer data)
{
	g_autofree char *path = NULL;
	struct utimbuf times;
	GStatBuf st;

	dnf_has(c, PRIMARY, 60);
	find(c);
	path = g_strdup(c->data->primary);
	g_assert_cmpint(g_stat(path, &st), ==, 0);
	times.actime = times.modtime = st.st_mtime;
	g_assert_true(g_file_set_contents(path, "Not really packages", -1, NULL));
	g_assert_cmpint(utime(path, &times), ==, 0);
	find(c);
	g_assert_null(c->data);
}

static void test_stamp_spares_reading(Case *c, gconstpointer data)
{
	g_autofree char *own = own_has(c, "repodata", "1", PRIMARY, 100);
	g_autofree char *stamp = g_build_filename(own, "stamp", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) parts = NULL;
	g_autofree char *lie = NULL;

	/* a cookie that nobody has counted is believed: nothing was read again */
	g_assert_true(g_file_get_contents(stamp, &text, NULL, NULL));
	parts = g_strsplit(text, "cookie=", 2);
	memset(parts[1], 'f', 64);
	lie = g_strjoinv("cookie=", parts);
	g_assert_true(g_file_set_contents(stamp, lie, -1, NULL));
	assert_found(c, "/md-1/");
	g_assert_true(g_str_has_prefix(c->data->cookie, "ffff"));
}

static const char *const bad_stamps[] = {
	"", "[stamp]\n", "garbage", "[stamp]\nversion=1\ncookie=../../x\nprimary=../../../etc/passwd\n",
	"[stamp]\nversion=1\nprimary=primary.xml.gz\nprimary-is=\nrepomd-is=\ncookie="
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\n",
};

static void test_bad_stamp(Case *c, gconstpointer data)
{
	g_autofree char *own = own_has(c, "repodata", "1", PRIMARY, 100);

	fixture_write(own, "stamp", data, -1);
	assert_found(c, "/md-1/primary.xml.gz");
	g_assert_false(g_str_has_prefix(c->data->cookie, "ffff"));
}

static void test_rejected(Case *c, gconstpointer data)
{
	g_autofree char *own = own_has(c, "repodata", "2", PRIMARY "2", 10);
	g_autofree char *before = own_has(c, "previous", "1", PRIMARY "1", 100);
	g_autoptr(KpRepoData) previous = NULL;
	g_autoptr(KpRepoData) nothing = NULL;

	assert_found(c, "/md-2/");
	previous = kp_metadata_previous(c->root, c->data, NULL);
	g_assert_nonnull(previous);
	g_assert_nonnull(strstr(previous->primary, "/md-1/"));
	if (geteuid() == 0) {
		assert_found(c, "/md-1/");
		g_assert_false(c->data->stale);
	}
	nothing = kp_metadata_previous(c->root, previous, NULL);
	g_assert_true(nothing == NULL || !g_str_equal(nothing->cookie, previous->cookie));
}

/* A byte that the disk has changed, which no time of the file tells. */
static void test_rotten(Case *c, gconstpointer data)
{
	g_autofree char *own = own_has(c, "repodata", "2", PRIMARY "2", 10);
	g_autofree char *before = own_has(c, "previous", "1", PRIMARY "1", 100);
	g_autofree char *path = g_build_filename(own, KP_METADATA_STAMP, NULL);
	g_autoptr(KpStamp) stamp = kp_stamp_read(path, own);
	g_autoptr(KpRepoData) previous = NULL;

	g_assert_nonnull(stamp);
	assert_found(c, "/md-2/");
	g_assert_true(kp_metadata_is_right(c->root, c->data));
	fixture_write(own, "primary.xml.gz", PRIMARY "3", -1);
	g_assert_true(kp_stamp_write(path, own, stamp));
	g_assert_false(kp_metadata_is_right(c->root, c->data));
	previous = kp_metadata_previous(c->root, c->data, NULL);
	g_assert_nonnull(previous);
	g_assert_nonnull(strstr(previous->primary, "/md-1/"));
	/* what the mirror has is not to blame: once it was fetched again it is used */
	fixture_write(own, "primary.xml.gz", PRIMARY "2", -1);
	assert_found(c, "/md-2/");
}

/* What cannot be read may be newer: what is used in its place is not the newest there is. */
static void test_unreadable(Case *c, gconstpointer data)
{
	g_autofree char *own = own_has(c, "repodata", "2", PRIMARY "2", 10);
	g_autofree char *before = own_has(c, "previous", "1", PRIMARY "1", 100);

	assert_found(c, "/md-2/");
	g_assert_false(c->data->stale);
	fixture_write(own, "repomd.xml", "<repomd", -1);
	assert_found(c, "/md-1/");
	g_assert_true(c->data->stale);
}

static void test_link_that_leads_out(Case *c, gconstpointer data)
{
	g_autofree char *own = own_has(c, "elsewhere", "1", PRIMARY, 10);
	g_autofree char *folder = kp_metadata_folder(c->root, c->repo);
	g_autofree char *link = g_build_filename(folder, "repodata", NULL);

	g_assert_cmpint(symlink("../" ID "/md-1", link), ==, 0);
	find(c);
	g_assert_null(c->data);
}

static void test_others_can_write(Case *c, gconstpointer data)
{
	g_autofree char *path = g_build_filename(c->root, "var/cache/dnf", ID, "repodata", NULL);

	dnf_has(c, PRIMARY, 60);
	g_assert_cmpint(g_chmod(path, 0777), ==, 0);
	find(c);
	g_assert_null(c->data);
}

/* Nobody may have left a pipe there, which would be waited for. */
static void test_pipe(Case *c, gconstpointer data)
{
	g_autofree char *path = g_build_filename(c->root, "var/cache/dnf", ID, "repodata",
						 "p-primary.xml.gz", NULL);

	dnf_has(c, PRIMARY, 60);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_assert_cmpint(mkfifo(path, 0600), ==, 0);
	find(c);
	g_assert_null(c->data);
}

static void test_signature_wanted(Case *c, gconstpointer data)
{
	g_autofree char *own = own_has(c, "repodata", "1", PRIMARY, 10);

	dnf_has(c, PRIMARY, 60);
	c->repo->repo_gpgcheck = TRUE;
	find(c);
	g_assert_null(c->data);
	fixture_write(c->root, "/var/cache/dnf/" ID "/repodata/repomd.xml.asc", "x", -1);
	assert_found(c, "/dnf/");
}

static const struct location { const char *text; gboolean safe; } locations[] = {
	{ "repodata/x.xml.gz", TRUE }, { "a/b..c/.d", TRUE }, { "x%20y.rpm", TRUE },
	{ "", FALSE }, { "/etc/passwd", FALSE }, { "../x", FALSE }, { "a/../../x", FALSE },
	{ "a/..", FALSE }, { "%2e%2e/x", FALSE }, { "a/%2E./x", FALSE }, { "%252e%252e/x", FALSE },
	{ "a\\..\\x", FALSE }, { "http://h/x", FALSE }, { "a\nb", FALSE }, { "a\x1b", FALSE },
	{ "x?y", FALSE }, { "x#y", FALSE }, { "%2fetc/passwd", FALSE }, { "a%00b", TRUE },
};

/* A time that is over counts, and stays; one that is to come does not, nor what is no
 * number. */
static void test_revision(void)
{
	const gint64 now = 1800000000;
	static const struct {
		const char *revision;
		guint64 floor;
		gint64 made;
	} rows[] = {
		{ "1700000000", 1700000000, 1700000000 }, { "1800003600", 1800003600, now },
		{ "1800003601", 5, now }, { "18446744073709551615", 5, now },
		{ "42", 42, now }, { "4", 5, now }, { "20261130", 20261130, now },
		{ "trunk", 5, now }, { NULL, 5, now },
	};
	const KpStamp before = { .cookie = (char *)"before", .floor = 5, .made = 1600000000 };
	guint64 number;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		KpStamp stamp = { .cookie = (char *)"new", .asked = now };

		kp_revision_note(&stamp, rows[i].revision, &before);
		g_assert_cmpuint(stamp.floor, ==, rows[i].floor);
		g_assert_cmpint(stamp.made, ==, rows[i].made);
		/* asked again a day later, it is as old as it was */
		stamp.asked += 86400;
		kp_revision_note(&stamp, rows[i].revision, &stamp);
		g_assert_cmpint(stamp.made, <=, now + 3601);
	}
	g_assert_true(kp_revision_is_behind("4", &before, &number));
	g_assert_cmpuint(number, ==, 4);
	g_assert_false(kp_revision_is_behind("5", &before, &number));
	g_assert_false(kp_revision_is_behind("trunk", &before, &number));
	g_assert_false(kp_revision_is_behind("4", NULL, &number));
}

static void test_locations(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(locations); i++) {
		g_test_message("%s", locations[i].text);
		g_assert_cmpint(kp_location_is_safe(locations[i].text), ==, locations[i].safe);
	}
}

#define SUM "<checksum type='sha256'>e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</checksum>"
#define AT "<location href='repodata/p.xml.gz'/>"

static const struct bad { const char *text, *words; } bad[] = {
	{ "", "" },
	{ "<html><body>404</body></html>", "not a repomd.xml but: html" },
	{ "<repomd/>", "names no list of packages" },
	{ "<repomd><data type='primary'>" SUM "</data></repomd>", "without location or checksum" },
	{ "<repomd><data type='primary'>" AT "</data></repomd>", "without location or checksum" },
	{ "<repomd><data type='primary'>" SUM "<location href='../p.xml.gz'/></data></repomd>",
	  "leads out of the repository: ../p.xml.gz" },
	{ "<repomd><data type='primary'>" SUM "<location/></data></repomd>", "leads out" },
	{ "<repomd><data type='primary'>" AT AT "</data></repomd>", "a second location" },
	{ "<repomd><data type='primary'>" AT "<checksum type='md5'>x</checksum></data></repomd>",
	  "unknown or too weak: md5" },
	{ "<repomd><data type='primary'>" AT "<checksum type='sha256'>x</checksum></data></repomd>",
	  "no checksum: x" },
	{ "<repomd><data type='primary'>" SUM "<location href='p.xml.zck'/></data></repomd>",
	  "compressed in a way" },
	{ "<repomd><data type='primary'>" SUM AT "<size>-1</size></data></repomd>", "a size that is no number" },
	{ "<repomd><data type='primary'>" SUM AT "<size>99999999999999999999</size></data></repomd>",
	  "a size that is no number" },
	{ "<repomd><data type='primary'>" SUM AT "</data><data type='primary'>" SUM AT "</data></repomd>",
	  "two files say that they are the one: primary" },
	{ "<repomd><data type='primary'>" SUM AT, "" },
	{ "<repomd>\x1b[2J</repomd", "" },
	{ "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><repomd><revision>&b;</revision></repomd>",
	  "b" },
};

static void test_bad_repomd(gconstpointer data)
{
	const struct bad *row = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(KpRepomd) parsed = kp_repomd_parse(row->text, strlen(row->text), &error);

	g_assert_null(parsed);
	g_assert_nonnull(error);
	g_assert_nonnull(strstr(error->message, row->words));
	for (const char *at = error->message; *at != '\0'; at++)
		g_assert_cmpint((guchar)*at, >=, ' ');
}

/* What is said in quoted text is said. */
static void test_quoted_repomd(void)
{
	static const char text[] = "<repomd><revision><![CDATA[7]]></revision><data type='primary'>"
		SUM AT "<size><![CDATA[3]]></size></data></repomd>";
	g_autoptr(GError) error = NULL;
	g_autoptr(KpRepomd) parsed = kp_repomd_parse(text, strlen(text), &error);

	g_assert_no_error(error);
	g_assert_cmpstr(parsed->revision, ==, "7");
	g_assert_cmpuint(parsed->primary->size, ==, 3);
}

#define ADD(name, data, function) \
	g_test_add(name, Case, data, set_up, function, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metadata/quoted-repomd", test_quoted_repomd);
	ADD("/metadata/nothing", NULL, test_nothing);
	ADD("/metadata/dnf", NULL, test_dnf);
	ADD("/metadata/stale", NULL, test_stale);
	ADD("/metadata/marked", NULL, test_marked);
	ADD("/metadata/from-the-future", NULL, test_from_the_future);
	ADD("/metadata/newest", NULL, test_newest);
	ADD("/metadata/changed", NULL, test_changed);
	ADD("/metadata/stamp-spares-reading", NULL, test_stamp_spares_reading);
	ADD("/metadata/rejected", NULL, test_rejected);
	ADD("/metadata/rotten", NULL, test_rotten);
	ADD("/metadata/unreadable", NULL, test_unreadable);
	ADD("/metadata/link-that-leads-out", NULL, test_link_that_leads_out);
	ADD("/metadata/others-can-write", NULL, test_others_can_write);
	ADD("/metadata/pipe", NULL, test_pipe);
	ADD("/metadata/signature-wanted", NULL, test_signature_wanted);
	g_test_add_func("/metadata/locations", test_locations);
	g_test_add_func("/metadata/revision", test_revision);
	for (gsize i = 0; i < G_N_ELEMENTS(bad_stamps); i++) {
		g_autofree char *name = g_strdup_printf("/metadata/bad-stamp/%zu", i + 1);

		ADD(name, bad_stamps[i], test_bad_stamp);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *name = g_strdup_printf("/metadata/bad-repomd/%zu", i + 1);

		g_test_add_data_func(name, &bad[i], test_bad_repomd);
	}
	return g_test_run();
}
