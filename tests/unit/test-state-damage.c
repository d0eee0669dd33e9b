/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real databases, damaged: what can be used is used, what cannot is set aside. */
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/state-private.h"
#include "fixture.h"

#define HOLDS 3
#define BITS 4096
#define RECORDS 200	/* some pages */
#define WRITES 40	/* while others read */

static KpState *open_state(const char *root, gboolean writing)
{
	g_autoptr(GError) error = NULL;
	KpState *state = kp_state_open(root, writing, &error);

	g_assert_no_error(error);
	return state;
}

static void add_record(KpState *state, const char *name)
{
	KpRecord record = { .at = 1000, .boot_id = (char *)"boot-1", .kver = (char *)"k1",
			    .action = (char *)"apply", .name = (char *)name,
			    .version = (char *)"1-1", .sha256 = (char *)"s",
			    .backend = (char *)"kpatch", .result = (char *)"done",
			    .detail = (char *)"" };
	g_autoptr(GError) error = NULL;

	kp_state_add_record(state, &record, &error);
	g_assert_no_error(error);
}

/* A tree with a database of some pages, and its bytes. */
static char *filled(char **bytes, gsize *size)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autoptr(KpState) state = open_state(root, TRUE);

	for (int i = 0; i < RECORDS; i++)
		add_record(state, "a");
	g_clear_pointer(&state, kp_state_close);
	g_assert_true(g_file_get_contents(path, bytes, size, NULL));
	return root;
}

/* The names beside state.db that begin as @prefix says: char *. */
static GPtrArray *beside(const char *root, const char *prefix)
{
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_prefix(name, prefix))
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	return names;
}

/* What @bytes are when opened for writing: set aside whole, with a warning that
 * says where, and a new one is there that works. */
static void expect_set_aside(const char *root, const char *bytes, gsize size)
{
	g_autoptr(KpState) state = open_state(root, TRUE);
	g_autoptr(GPtrArray) aside = beside(root, "state.db.corrupt-");
	g_autoptr(GPtrArray) records = NULL;
	g_autofree char *kept = NULL;
	gsize kept_size;

	g_assert_cmpuint(aside->len, ==, 1);
	g_assert_nonnull(strstr(kp_state_warning(state), g_ptr_array_index(aside, 0)));
	g_assert_nonnull(strstr(kp_state_warning(state), "was damaged"));
	g_assert_true(g_file_get_contents(g_ptr_array_index(aside, 0), &kept, &kept_size, NULL));
	g_assert_cmpmem(kept, kept_size, bytes, size);
	add_record(state, "new");
	records = kp_state_history(state, NULL, 1, NULL);
	g_assert_cmpuint(records->len, ==, 1);
	g_assert_cmpstr(((KpRecord *)g_ptr_array_index(records, 0))->name, ==, "new");
}

/* For reading it is only said, and nothing is touched. */
static void expect_said(const char *root, const char *bytes, gsize size)
{
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autofree char *after = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(KpState) state = kp_state_open(root, FALSE, &error);
	g_autoptr(GPtrArray) records = NULL;
	gsize after_size;

	if (state != NULL)
		records = kp_state_history(state, NULL, 0, &error);
	g_assert_null(records);
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, path));
	g_assert_true(g_file_get_contents(path, &after, &after_size, NULL));
	g_assert_cmpmem(after, after_size, bytes, size);
}

static void test_no_database(void)
{
	char *root = fixture_folder();
	g_autofree char *junk = g_strnfill(8192, 'x');

	fixture_write(root, KP_STATE_FILE, junk, 8192);
	expect_said(root, junk, 8192);
	expect_set_aside(root, junk, 8192);
	fixture_remove(root);
}

static void test_overwritten_pages(void)
{
	g_autofree char *bytes = NULL;
	gsize size;
	char *root = filled(&bytes, &size);

	g_assert_cmpuint(size, >, 4 * 4096);
	memset(bytes + 4096, 0xa5, size - 4096);
	fixture_write(root, KP_STATE_FILE, bytes, (gssize)size);
	expect_said(root, bytes, size);
	expect_set_aside(root, bytes, size);
	fixture_remove(root);
}

/* Cut anywhere but to nothing at all: that is an empty one, which is new. */
static void test_truncated(void)
{
	g_autofree char *bytes = NULL;
	gsize size;
	char *whole = filled(&bytes, &size);

	for (gsize cut = 1; cut < size; cut += cut < 512 ? 97 : 1024) {
		char *root = fixture_folder();

		fixture_write(root, KP_STATE_FILE, bytes, (gssize)cut);
		expect_set_aside(root, bytes, cut);
		fixture_remove(root);
	}
	fixture_remove(whole);
}

/* Whatever one byte is wrong: usable, set aside or refused with a reason, and
 * never a way to lose what is there. */
static void test_flipped(void)
{
	g_autofree char *bytes = NULL;
	gsize size, usable = 0, set_aside = 0;
	char *whole = filled(&bytes, &size);

	for (gsize at = 0; at < size; at += at < 256 ? 1 : 211) {
		char *root = fixture_folder();
		g_autoptr(GError) error = NULL;
		g_autoptr(KpState) state = NULL;
		g_autoptr(GPtrArray) aside = NULL;

		g_test_message("byte %zu", at);
		bytes[at] ^= 0x55;
		fixture_write(root, KP_STATE_FILE, bytes, (gssize)size);
		state = kp_state_open(root, TRUE, &error);
		aside = beside(root, "state.db.corrupt-");
		g_assert_true((state == NULL) == (error != NULL));
		if (state != NULL) {
			g_assert_cmpuint(aside->len, ==, kp_state_warning(state) != NULL);
			usable += aside->len == 0;
			set_aside += aside->len;
			add_record(state, "b");
		} else {
			g_assert_cmpuint(aside->len, ==, 0);
		}
		bytes[at] ^= 0x55;
		fixture_remove(root);
	}
	g_assert_cmpuint(set_aside, >, 50);
	g_assert_cmpuint(usable, >, 0);
	fixture_remove(whole);
}

/* A second one in the same second does not take the place of the first. */
static void test_again(void)
{
	char *root = fixture_folder();
	g_autoptr(GPtrArray) aside = NULL;

	for (int i = 0; i < 3; i++) {
		fixture_write(root, KP_STATE_FILE, "not a database, whatever you say", -1);
		kp_state_close(open_state(root, TRUE));
	}
	aside = beside(root, "state.db.corrupt-");
	g_assert_cmpuint(aside->len, ==, 3);
	fixture_remove(root);
}

/* A journal that stays behind would be played back into the new database. SQLite
 * itself drops one that has nothing to play. */
static void test_no_journal_stays(void)
{
	char *root = fixture_folder();
	g_autoptr(GPtrArray) left = NULL;
	g_autofree char *junk = g_strnfill(8192, 'x');

	fixture_write(root, KP_STATE_FILE, junk, 8192);
	fixture_write(root, KP_STATE_FILE "-journal", "old pages", -1);
	kp_state_close(open_state(root, TRUE));
	left = beside(root, "state.db-journal");
	g_assert_cmpuint(left->len, ==, 0);
	fixture_remove(root);
}

static void run_sql(const char *root, const char *sql)
{
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	sqlite3 *db = NULL;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
}

static void test_foreign(void)
{
	g_autofree char *bytes = NULL;
	gsize size;
	char *root = filled(&bytes, &size);
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);

	g_clear_pointer(&bytes, g_free);
	run_sql(root, "DROP TABLE good");
	g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	expect_set_aside(root, bytes, size);
	fixture_remove(root);
}

/* What a newer program made is whole, however little we understand of it. */
static void test_newer_is_kept(void)
{
	g_autofree char *bytes = NULL;
	gsize size;
	char *root = filled(&bytes, &size);
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autoptr(GPtrArray) aside = NULL;
	g_autoptr(GError) error = NULL;

	run_sql(root, "DROP TABLE good; PRAGMA user_version = 99");
	/* pages of a kind that we do not know */
	g_clear_pointer(&bytes, g_free);
	g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	memset(bytes + 8192, 0xa5, size - 8192);
	fixture_write(root, KP_STATE_FILE, bytes, (gssize)size);
	g_assert_null(kp_state_open(root, TRUE, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, "newer kpatch-manager"));
	aside = beside(root, "state.db.corrupt-");
	g_assert_cmpuint(aside->len, ==, 0);
	fixture_remove(root);
}

static void expect_not_writable(const char *root, const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) aside = NULL;

	g_assert_null(kp_state_open(root, TRUE, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, "state.db"));
	g_assert_nonnull(strstr(error->message, text));
	aside = beside(root, "state.db.corrupt-");
	g_assert_cmpuint(aside->len, ==, 0);
}

/* Found out before anything is changed, not after. Root may write all files:
 * then it is the one that another process has locked, or that is a folder. */
static void test_not_writable(void)
{
	g_autofree char *bytes = NULL;
	gsize size;
	char *root = filled(&bytes, &size);
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);

	g_assert_cmpint(chmod(path, 0444), ==, 0);
	if (geteuid() != 0) {
		expect_not_writable(root, "cannot be written");
		g_assert_nonnull(open_state(root, FALSE));
	}
	g_assert_cmpint(unlink(path), ==, 0);
	g_assert_cmpint(g_mkdir_with_parents(path, 0755), ==, 0);
	expect_not_writable(root, "is no regular file");
	fixture_remove(root);
}

/* SQLite would take it for none, and not undo what a change that was cut short has done. */
static void test_journal_unseen(void)
{
	g_autofree char *bytes = NULL;
	gsize size;
	char *root = filled(&bytes, &size);
	g_autofree char *journal = g_build_filename(root, KP_STATE_FILE "-journal", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(symlink("state.db-journal", journal), ==, 0);
	expect_not_writable(root, "cannot look at");
	g_assert_null(kp_state_open(root, FALSE, &error));
	g_assert_nonnull(strstr(error->message, "cannot look at"));
	fixture_remove(root);
}

static gpointer write_many(gpointer root)
{
	g_autoptr(KpState) state = open_state(root, TRUE);

	for (int i = 0; i < WRITES; i++) {
		add_record(state, "w");
		/* nobody writes without pause for seconds, as readers may wait */
		g_usleep(5000);
	}
	return NULL;
}

static gpointer read_many(gpointer root)
{
	guint seen = 0;

	while (seen < WRITES) {
		g_autoptr(KpState) state = open_state(root, FALSE);
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) records = kp_state_history(state, "k1", 0, &error);

		g_assert_no_error(error);
		/* what was once there stays there */
		g_assert_cmpuint(records->len, >=, seen);
		seen = records->len;
	}
	return NULL;
}

/* A small database as a machine has it: holds, and one digest that was good. */
static char *small(char **bytes, gsize *size)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autoptr(KpState) state = open_state(root, TRUE);
	const KpIdentity good = { "a", "1-0", "good" };
	KpHold hold = { KP_HOLD_HELD, (char *)"k1", (char *)"a", NULL, NULL, (char *)"r", 1 };
	gboolean added;

	for (guint i = 1; i <= HOLDS; i++) {
		g_autofree char *version = g_strdup_printf("1-%u", i);

		hold.version = hold.sha256 = version;
		g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	}
	g_assert_true(kp_state_set_good(state, "k1", &good, NULL));
	g_clear_pointer(&state, kp_state_close);
	g_assert_true(g_file_get_contents(path, bytes, size, NULL));
	return root;
}

static void wipe(const char *root)
{
	g_autoptr(GPtrArray) names = beside(root, "state.db");

	for (guint i = 0; i < names->len; i++)
		unlink(g_ptr_array_index(names, i));
}

static guint holds_in(KpState *state)
{
	g_autoptr(GPtrArray) holds = kp_state_holds(state, "k1", NULL);

	return holds != NULL ? holds->len : 0;
}

/* All holds are there, or it is said that they are not and what is doubted. */
static void expect_no_silent_loss(const char *root)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpState) look = kp_state_open(root, FALSE, &error);
	g_autoptr(KpState) state = NULL;

	if (look != NULL)
		g_assert_cmpuint(holds_in(look), ==, HOLDS);
	g_clear_pointer(&look, kp_state_close);
	g_clear_error(&error);
	state = kp_state_open(root, TRUE, &error);
	if (state == NULL)
		g_assert_nonnull(error);
	else if (holds_in(state) != HOLDS)
		g_assert_true(kp_state_warning(state) != NULL && kp_state_is_doubted(state));
}

static void test_each_bit(void)
{
	g_autofree char *bytes = NULL;
	gsize size;
	char *root = small(&bytes, &size);

	for (gsize bit = 0; bit < BITS; bit++) {
		g_test_message("bit %zu", bit);
		wipe(root);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		fixture_write(root, KP_STATE_FILE, bytes, (gssize)size);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		expect_no_silent_loss(root);
	}
	fixture_remove(root);
}

/* What no program of ours makes. @kept: the holds are all there to be carried over. */
static void test_not_ours(void)
{
	static const struct {
		const char *sql;
		gboolean kept;
	} rows[] = {
		{ "PRAGMA user_version = -1", TRUE },
		{ "PRAGMA user_version = -2147483645", TRUE },
		{ "PRAGMA user_version = -100000", TRUE },
		{ "PRAGMA user_version = 70000", TRUE },
		{ "PRAGMA user_version = 0", TRUE },
		{ "PRAGMA user_version = 1", TRUE },
		{ "PRAGMA journal_mode = WAL", TRUE },
		{ "DROP TABLE history; CREATE VIEW history AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL"
		  " SELECT x + 1 FROM c) SELECT x AS id FROM c", TRUE },
		{ "DROP TABLE holds; CREATE VIEW holds AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL"
		  " SELECT x + 1 FROM c) SELECT 'k1' kver, 'a' name, x version, x sha256, '' reason,"
		  " 1 since, 'held' kind FROM c", FALSE },
		{ "CREATE TRIGGER t AFTER INSERT ON history BEGIN DELETE FROM holds; END", TRUE },
		{ "PRAGMA user_version = 1; CREATE TRIGGER t AFTER INSERT ON holds BEGIN"
		  " DELETE FROM history; END", TRUE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *bytes = NULL, *path = NULL;
		gsize size;
		char *root = small(&bytes, &size);
		g_autoptr(KpState) state = NULL;

		g_test_message("%s", rows[i].sql);
		run_sql(root, rows[i].sql);
		path = g_build_filename(root, KP_STATE_FILE, NULL);
		g_clear_pointer(&bytes, g_free);
		g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
		expect_said(root, bytes, size);
		state = open_state(root, TRUE);
		g_assert_nonnull(strstr(kp_state_warning(state), "was damaged"));
		g_assert_cmpuint(holds_in(state), ==, rows[i].kept ? HOLDS : 0);
		g_assert_cmpint(kp_state_is_doubted(state), ==, !rows[i].kept);
		g_assert_true(kp_state_is_good(state, "k1", "good"));
		fixture_remove(root);
	}
}

static void expect_mode(const char *root, const char *file, mode_t mode)
{
	g_autofree char *path = g_build_filename(root, file, NULL);
	struct stat st;

	if (stat(path, &st) == 0)
		g_assert_cmpuint(st.st_mode & 07777, ==, mode);
}

/* Whoever may read it can lock it: what an older program made is closed, too. */
static void test_closed_to_others(void)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	mode_t old = umask(0);

	kp_state_close(open_state(root, TRUE));
	expect_mode(root, KP_STATE_FILE, 0600);
	g_assert_cmpint(chmod(path, 0644), ==, 0);
	fixture_write(root, KP_STATE_FILE "-journal", "", 0);
	kp_state_close(open_state(root, FALSE));
	expect_mode(root, KP_STATE_FILE, 0644);
	kp_state_close(open_state(root, TRUE));
	expect_mode(root, KP_STATE_FILE, 0600);
	expect_mode(root, KP_STATE_FILE "-journal", 0600);
	umask(old);
	fixture_remove(root);
}

/* Readers see whole states while somebody writes, and wait for nobody long. */
static void test_concurrent(void)
{
	char *root = fixture_folder();
	GThread *readers[3], *writer;

	kp_state_close(open_state(root, TRUE));
	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
		readers[i] = g_thread_new("reader", read_many, root);
	writer = g_thread_new("writer", write_many, root);
	g_thread_join(writer);
	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
		g_thread_join(readers[i]);
	fixture_remove(root);
}

/* Else each boot would make all tables once more, to compare them. */
static void test_tables_known(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = open_state(root, TRUE);
	g_autofree char *digest = kp_state_tables_digest(state, NULL);

	g_assert_cmpstr(digest, ==, KP_STATE_TABLES);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	/* thousands of databases, each put on disk */
	if (g_file_test("/dev/shm", G_FILE_TEST_IS_DIR) && access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/state-damage/no-database", test_no_database);
	g_test_add_func("/state-damage/overwritten-pages", test_overwritten_pages);
	g_test_add_func("/state-damage/truncated", test_truncated);
	g_test_add_func("/state-damage/flipped", test_flipped);
	g_test_add_func("/state-damage/again", test_again);
	g_test_add_func("/state-damage/no-journal-stays", test_no_journal_stays);
	g_test_add_func("/state-damage/foreign", test_foreign);
	g_test_add_func("/state-damage/newer-is-kept", test_newer_is_kept);
	g_test_add_func("/state-damage/not-writable", test_not_writable);
	g_test_add_func("/state-damage/journal-unseen", test_journal_unseen);
	g_test_add_func("/state-damage/tables-known", test_tables_known);
	g_test_add_func("/state-damage/each-bit", test_each_bit);
	g_test_add_func("/state-damage/not-ours", test_not_ours);
	g_test_add_func("/state-damage/closed-to-others", test_closed_to_others);
	g_test_add_func("/state-damage/concurrent", test_concurrent);
	return g_test_run();
}
