/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sqlite3.h>
#include <string.h>

#include "base/error.h"
#include "base/state.h"
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
	KpHold hold = { (char *)"k1", (char *)"a", (char *)"1-1", (char *)"sum",
			(char *)"because", 5 };
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

static void set_version(const char *root, int version)
{
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autofree char *sql = g_strdup_printf("PRAGMA user_version = %d", version);
	sqlite3 *db = NULL;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
}

static void test_newer(void)
{
	char *root = fixture_folder();

	kp_state_close(kp_state_open(root, TRUE, NULL));
	set_version(root, 2);
	for (int writing = 0; writing < 2; writing++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(kp_state_open(root, writing, &error));
		g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
		g_assert_nonnull(g_strstr_len(error->message, -1, "newer kpatch-manager"));
		g_assert_nonnull(g_strstr_len(error->message, -1, "state.db"));
	}
	fixture_remove(root);
}

static void test_corrupt(void)
{
	char *root = fixture_folder();
	g_autofree char *junk = g_strnfill(8192, 'x');

	fixture_write(root, KP_STATE_FILE, junk, -1);
	for (int writing = 0; writing < 2; writing++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(kp_state_open(root, writing, &error));
		g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
		g_assert_nonnull(g_strstr_len(error->message, -1, "state.db"));
		g_assert_nonnull(g_strstr_len(error->message, -1, "move the file away"));
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/state/missing", test_missing);
	g_test_add_func("/state/history", test_history);
	g_test_add_func("/state/holds", test_holds);
	g_test_add_func("/state/newer-schema", test_newer);
	g_test_add_func("/state/corrupt", test_corrupt);
	g_test_add_func("/state/reopened", test_reopened);
	return g_test_run();
}
