/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/state-private.h"
#include "fixture.h"

static void add_record(KpState *state, const char *name, const char *boot, const char *result)
{
	KpRecord record = { .at = 1000, .boot_id = (char *)boot, .kver = (char *)"k1",
			    .action = (char *)"apply", .name = (char *)name,
			    .version = (char *)"1-1", .sha256 = (char *)"s",
			    .backend = (char *)"kpatch", .result = (char *)result,
			    .detail = (char *)"it's a \"test\"" };
	g_autoptr(GError) error = NULL;

	g_assert_true(kp_state_add_record(state, &record, &error));
	g_assert_no_error(error);
}

static void test_missing(void)
{
	char *root = fixture_folder();
	g_autoptr(GError) error = NULL;
	g_autoptr(KpState) state = kp_state_open(root, FALSE, &error);
	g_autoptr(GPtrArray) holds = NULL;
	g_autoptr(KpRecord) record = NULL;

	g_assert_no_error(error);
	g_assert_nonnull(holds = kp_state_holds(state, NULL, &error));
	g_assert_cmpuint(holds->len, ==, 0);
	g_assert_true(kp_state_last_record(state, NULL, NULL, &record, &error));
	g_assert_null(record);
	g_assert_cmpint(kp_state_live_since(state, "k1", "a", "b"), ==, 0);
	fixture_write(root, KP_STATE_FILE, "", 0);
	g_clear_pointer(&state, kp_state_close);
	g_clear_pointer(&holds, g_ptr_array_unref);
	state = kp_state_open(root, FALSE, &error);
	g_assert_no_error(error);
	g_assert_nonnull(holds = kp_state_holds(state, NULL, &error));
	fixture_remove(root);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	g_assert_cmpint(stat(path, &st), ==, 0);
	return st.st_mode & 07777;
}

/* Opens it twice for writing: what the first says, which the second does not repeat. */
static void check_exposed(const char *root, const char *path, const char *found)
{
	g_autoptr(KpState) reader = kp_state_open(root, FALSE, NULL), writer = NULL;

	g_assert_nonnull(strstr(kp_state_exposed(reader), found));
	g_assert_nonnull(strstr(kp_state_exposed(reader), path));
	g_assert_nonnull(strstr(kp_state_exposed(reader), "next command"));
	writer = kp_state_open(root, TRUE, NULL);
	g_assert_nonnull(strstr(kp_state_exposed(writer), found));
	g_assert_nonnull(strstr(kp_state_exposed(writer), "closed to them now"));
	g_assert_cmpint(mode_of(path), ==, 0600);
	g_clear_pointer(&writer, kp_state_close);
	writer = kp_state_open(root, TRUE, NULL);
	g_assert_null(kp_state_exposed(writer));
}

static void test_exposed(void)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	struct stat st;

	add_record(state, "a", "boot-1", "done");
	g_assert_null(kp_state_exposed(state));
	g_assert_cmpint(chmod(path, 0666), ==, 0);
	check_exposed(root, path, "its mode was 0666");
	g_assert_cmpint(chmod(path, 0620), ==, 0);
	check_exposed(root, path, "its mode was 0620");
	if (geteuid() == 0) {
		g_assert_cmpint(chown(path, 65534, 65534), ==, 0);
		check_exposed(root, path, "it belonged to user 65534");
		g_assert_true(stat(path, &st) == 0 && st.st_uid == 0);
	}
	/* as older programs made it: who read it has changed nothing */
	g_assert_cmpint(chmod(path, 0644), ==, 0);
	g_clear_pointer(&state, kp_state_close);
	state = kp_state_open(root, TRUE, NULL);
	g_assert_null(kp_state_exposed(state));
	g_assert_cmpint(mode_of(path), ==, 0600);
	fixture_remove(root);
}

/* Of a tree that somebody else has made. */
static void test_fifo(void)
{
	static const char *const names[] = { KP_STATE_FILE, KP_STATE_FILE "-journal" };

	/* who waits for ever is ended */
	alarm(20);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		char *root = fixture_folder();
		g_autofree char *path = g_build_filename(root, names[i], NULL);
		gboolean whole = TRUE;

		kp_state_close(kp_state_open(root, TRUE, NULL));
		unlink(path);
		g_assert_cmpint(mkfifo(path, 0600), ==, 0);
		for (int writing = 0; writing < 2; writing++) {
			g_autoptr(GError) error = NULL;

			g_assert_null(kp_state_open(root, writing, &error));
			g_assert_nonnull(strstr(error->message, "is no regular file"));
		}
		if (i == 0) {
			g_assert_null(kp_state_open_remains(root, &whole));
			g_assert_false(whole);
		}
		fixture_remove(root);
	}
	alarm(0);
}

static void test_history(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	g_autoptr(KpState) reader = NULL;
	g_autoptr(KpRecord) last = NULL, done = NULL, none = NULL;

	add_record(state, "a", "boot-1", "done");
	add_record(state, "b", "boot-2", "busy");
	reader = kp_state_open(root, FALSE, NULL);
	g_assert_true(kp_state_last_record(reader, "k1", NULL, &last, NULL));
	g_assert_cmpstr(last->name, ==, "b");
	g_assert_cmpstr(last->detail, ==, "it's a \"test\"");
	g_assert_true(kp_state_last_record(reader, NULL, "done", &done, NULL));
	g_assert_cmpstr(done->name, ==, "a");
	g_assert_true(kp_state_last_record(reader, "k2", NULL, &none, NULL));
	g_assert_null(none);
	g_assert_cmpint(kp_state_live_since(reader, "k1", "a", "boot-1"), ==, 1000);
	g_assert_cmpint(kp_state_live_since(reader, "k1", "a", "boot-2"), ==, 0);
	g_assert_cmpint(kp_state_live_since(reader, "k1", "b", "boot-2"), ==, 0);
	fixture_remove(root);
}

static void test_holds(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	KpHold hold = { KP_HOLD_HELD, (char *)"k1", (char *)"a", (char *)"1-1",
			(char *)"sum", (char *)"because", 5 };
	g_autoptr(GPtrArray) one = NULL, other = NULL, none = NULL;
	gboolean added;

	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	g_assert_true(added);
	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	g_assert_false(added);
	one = kp_state_holds(state, "k1", NULL);
	g_assert_cmpuint(one->len, ==, 1);
	g_assert_cmpstr(((KpHold *)g_ptr_array_index(one, 0))->reason, ==, "because");
	other = kp_state_holds(state, "k2", NULL);
	g_assert_cmpuint(other->len, ==, 0);
	g_assert_true(kp_state_drop_hold(state, "k1", "sum", NULL));
	none = kp_state_holds(state, NULL, NULL);
	g_assert_cmpuint(none->len, ==, 0);
	fixture_remove(root);
}

static void test_blocks(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	KpHold hold = { KP_HOLD_BLOCKED, (char *)"k1", (char *)"a", (char *)"1-1",
			(char *)"sum", (char *)"it panicked", 5 };
	g_autoptr(GPtrArray) both = NULL, none = NULL;
	gboolean added;

	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	hold.kind = KP_HOLD_HELD;
	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	g_assert_true(added);
	both = kp_state_holds(state, "k1", NULL);
	g_assert_cmpuint(both->len, ==, 2);
	g_assert_cmpint(((KpHold *)g_ptr_array_index(both, 0))->kind, ==, KP_HOLD_BLOCKED);
	g_assert_cmpint(((KpHold *)g_ptr_array_index(both, 1))->kind, ==, KP_HOLD_HELD);
	g_assert_true(kp_state_drop_hold(state, "k1", "sum", NULL));
	none = kp_state_holds(state, "k1", NULL);
	g_assert_cmpuint(none->len, ==, 0);
	fixture_remove(root);
}

static void begin(KpState *state, const char *sha256, const char *boot, gint64 count)
{
	const KpIdentity patch = { "a", "1-1", sha256 };
	g_autoptr(KpAttempt) attempt = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(kp_state_begin_attempt(state, "k1", &patch, boot, &error));
	g_assert_no_error(error);
	g_assert_true(kp_state_attempt(state, "k1", &attempt, &error));
	g_assert_nonnull(attempt);
	g_assert_cmpstr(attempt->sha256, ==, sha256);
	g_assert_cmpstr(attempt->boot_id, ==, boot);
	g_assert_cmpint(attempt->count, ==, count);
	g_assert_cmpint(attempt->at, >, 1000000000);
}

/* One mark per kernel, seen by another program at once, gone when ended. */
static void test_attempts(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	g_autoptr(KpState) reader = NULL;
	g_autoptr(KpAttempt) seen = NULL, other = NULL, none = NULL;

	begin(state, "sum-1", "boot-1", 1);
	begin(state, "sum-1", "boot-2", 2);
	begin(state, "sum-2", "boot-3", 1);
	reader = kp_state_open(root, FALSE, NULL);
	g_assert_true(kp_state_attempt(reader, "k1", &seen, NULL));
	g_assert_cmpstr(seen->sha256, ==, "sum-2");
	g_assert_true(kp_state_attempt(reader, "k2", &other, NULL));
	g_assert_null(other);
	g_assert_true(kp_state_end_attempt(state, "k1", NULL));
	g_assert_true(kp_state_attempt(reader, "k1", &none, NULL));
	g_assert_null(none);
	begin(state, "sum-2", "boot-4", 1);
	fixture_remove(root);
}

static const char *last_good(KpState *state)
{
	static char sha256[16];
	g_autoptr(KpGood) good = NULL;

	g_assert_true(kp_state_last_good(state, "k1", &good, NULL));
	return good == NULL ? NULL : strcpy(sha256, good->sha256);
}

/* In FULL mode a panic right after a commit can undo it. */
static void test_durable(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	sqlite3_stmt *query = kp_state_prepare(state, "PRAGMA synchronous", NULL, NULL);

	g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
	g_assert_cmpint(sqlite3_column_int(query, 0), ==, 3);	/* EXTRA */
	sqlite3_finalize(query);
	fixture_remove(root);
}

/* The last proof counts, whatever the clock says, also of one proven before. */
static void test_good(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	const KpIdentity one = { "a", "1-1", "sum-1" }, two = { "a", "1-2", "sum-2" };

	g_assert_null(last_good(state));
	g_assert_false(kp_state_is_good(state, "k1", "sum-1"));
	g_assert_true(kp_state_set_good(state, "k1", &one, NULL));
	g_assert_true(kp_state_set_good(state, "k1", &two, NULL));
	g_assert_cmpstr(last_good(state), ==, "sum-2");
	g_assert_true(kp_state_set_good(state, "k1", &one, NULL));
	g_assert_cmpstr(last_good(state), ==, "sum-1");
	g_assert_true(kp_state_is_good(state, "k1", "sum-2"));
	g_assert_false(kp_state_is_good(state, "k2", "sum-2"));
	fixture_remove(root);
}

/* The database of version 1, as the first release made it, with rows. */
static const char version_1_sql[] =
	"CREATE TABLE history (id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
	" boot_id TEXT NOT NULL, kver TEXT NOT NULL, action TEXT NOT NULL,"
	" name TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL,"
	" backend TEXT NOT NULL, result TEXT NOT NULL, detail TEXT NOT NULL);"
	"CREATE INDEX history_kver ON history (kver, id);"
	"CREATE TABLE holds (kver TEXT NOT NULL, name TEXT NOT NULL,"
	" version TEXT NOT NULL, sha256 TEXT NOT NULL, reason TEXT NOT NULL,"
	" since INTEGER NOT NULL, PRIMARY KEY (kver, sha256));"
	"INSERT INTO history VALUES (1, 7, 'boot-1', 'k1', 'apply', 'a', '1-1', 's',"
	" 'kpatch', 'done', '');"
	"INSERT INTO holds VALUES ('k1', 'a', '1-2', 'sum', 'it was rolled back', 9);"
	"PRAGMA user_version = 1;";

static void run_sql(const char *root, const char *sql)
{
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	sqlite3 *db = NULL;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
}

static void check_migrated(const char *root)
{
	g_autoptr(KpState) state = kp_state_open(root, FALSE, NULL);
	g_autoptr(GPtrArray) holds = kp_state_holds(state, "k1", NULL);
	g_autoptr(GPtrArray) records = kp_state_history(state, NULL, 0, NULL);
	const KpHold *hold;

	g_assert_cmpuint(records->len, ==, 1);
	g_assert_cmpint(((KpRecord *)g_ptr_array_index(records, 0))->at, ==, 7);
	g_assert_cmpuint(holds->len, ==, 1);
	hold = g_ptr_array_index(holds, 0);
	g_assert_cmpint(hold->kind, ==, KP_HOLD_HELD);
	g_assert_cmpstr(hold->version, ==, "1-2");
	g_assert_cmpstr(hold->reason, ==, "it was rolled back");
	g_assert_cmpint(hold->since, ==, 9);
}

static void test_migration(void)
{
	char *root = fixture_folder();

	fixture_write(root, KP_STATE_FILE, "", 0);
	run_sql(root, version_1_sql);
	kp_state_close(kp_state_open(root, TRUE, NULL));
	check_migrated(root);
	kp_state_close(kp_state_open(root, TRUE, NULL));
	check_migrated(root);
	fixture_remove(root);
}

/* A step that fails half-way leaves the old version, whole. */
static void test_migration_fails(void)
{
	char *root = fixture_folder();
	g_autoptr(GError) error = NULL;

	fixture_write(root, KP_STATE_FILE, "", 0);
	run_sql(root, version_1_sql);
	run_sql(root, "CREATE TABLE good (in_the_way TEXT)");
	g_assert_null(kp_state_open(root, TRUE, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	run_sql(root, "DROP TABLE good");
	kp_state_close(kp_state_open(root, TRUE, NULL));
	check_migrated(root);
	fixture_remove(root);
}

/* Until a writer has come by, readers find the tables of an older program. */
static void test_reading_version_1(void)
{
	char *root = fixture_folder();

	fixture_write(root, KP_STATE_FILE, "", 0);
	run_sql(root, version_1_sql);
	check_migrated(root);
	fixture_remove(root);
}

static void set_version(const char *root, int version)
{
	g_autofree char *sql = g_strdup_printf("PRAGMA user_version = %d", version);

	run_sql(root, sql);
}

static void test_newer(void)
{
	char *root = fixture_folder();

	kp_state_close(kp_state_open(root, TRUE, NULL));
	set_version(root, KP_STATE_VERSION + 1);
	for (int writing = 0; writing < 2; writing++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(kp_state_open(root, writing, &error));
		g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
		g_assert_nonnull(g_strstr_len(error->message, -1, "newer kpatch-manager"));
		g_assert_nonnull(g_strstr_len(error->message, -1, "state.db"));
	}
	fixture_remove(root);
}

static void test_reopened(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	g_autoptr(KpState) again = NULL;
	g_autoptr(KpRecord) last = NULL;

	add_record(state, "a", "boot-1", "done");
	again = kp_state_open(root, TRUE, NULL);
	g_assert_nonnull(again);
	g_assert_true(kp_state_last_record(again, "k1", NULL, &last, NULL));
	g_assert_cmpstr(last->name, ==, "a");
	fixture_remove(root);
}

/* Dies when half of a change is in the file, and how to take it back in the journal. */
static void die_in_a_change(const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) == SQLITE_OK)
		sqlite3_exec(db, "PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM history;"
			     "CREATE TABLE filler (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
			     "SELECT i + 1 FROM n WHERE i < 200) INSERT INTO filler SELECT "
			     "randomblob(3000) FROM n;", NULL, NULL, NULL);
	_exit(0);
}

/* What a power cut has left is played back by whoever comes, also to read. */
static void test_cut(void)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autofree char *journal = g_strconcat(path, "-journal", NULL);
	KpState *before = kp_state_open(root, TRUE, NULL);
	g_autoptr(KpState) state = NULL;
	g_autoptr(KpRecord) last = NULL;
	g_autoptr(GError) error = NULL;
	struct stat st;
	pid_t child;

	add_record(before, "a", "boot-1", "done");
	kp_state_close(before);
	child = fork();
	if (child == 0)
		die_in_a_change(path);
	g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
	g_assert_true(stat(journal, &st) == 0 && st.st_size > 0);
	state = kp_state_open(root, FALSE, &error);
	g_assert_no_error(error);
	g_assert_true(kp_state_last_record(state, "k1", NULL, &last, &error));
	g_assert_no_error(error);
	g_assert_nonnull(last);
	g_assert_cmpstr(last->name, ==, "a");
	g_assert_cmpint(stat(journal, &st), !=, 0);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/state/missing", test_missing);
	g_test_add_func("/state/exposed", test_exposed);
	g_test_add_func("/state/fifo", test_fifo);
	g_test_add_func("/state/history", test_history);
	g_test_add_func("/state/holds", test_holds);
	g_test_add_func("/state/blocks", test_blocks);
	g_test_add_func("/state/attempts", test_attempts);
	g_test_add_func("/state/durable", test_durable);
	g_test_add_func("/state/good", test_good);
	g_test_add_func("/state/migration", test_migration);
	g_test_add_func("/state/migration-fails", test_migration_fails);
	g_test_add_func("/state/reading-version-1", test_reading_version_1);
	g_test_add_func("/state/newer-schema", test_newer);
	g_test_add_func("/state/reopened", test_reopened);
	g_test_add_func("/state/cut", test_cut);
	return g_test_run();
}
