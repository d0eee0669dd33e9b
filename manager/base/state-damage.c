/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A database that is damaged is set aside, never deleted and never written
 * over, so that whoever wants to can look what was in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/state-private.h"

#define SMALLEST_PAGE 512

static gboolean says_damaged(int code)
{
	return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

/* What @query, which ought to answer "ok", says against the database. NULL
 * also when that cannot be found out now: a lock or an I/O error is no damage. */
static char *run_check(KpState *state, const char *sql)
{
	sqlite3_stmt *query = NULL;
	g_autofree char *answer = NULL;
	int code = sqlite3_prepare_v2(state->db, sql, -1, &query, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(query);
	if (code == SQLITE_ROW)
		answer = kp_state_column_text(query, 0);
	else if (says_damaged(code))
		answer = g_strdup(sqlite3_errmsg(state->db));
	sqlite3_finalize(query);
	/* newer ones say in a line of its own which database they mean */
	if (answer != NULL && g_str_has_prefix(answer, "*** in database main ***\n"))
		memmove(answer, strchr(answer, '\n') + 1, strlen(strchr(answer, '\n')));
	return g_strcmp0(answer, "ok") == 0 ? NULL : g_steal_pointer(&answer);
}

static void take_sql(sqlite3_stmt *query, gpointer data)
{
	g_hash_table_insert(data, kp_state_column_text(query, 0), kp_state_column_text(query, 1));
}

static void ask_tables(KpState *state, KpRowFunc take, gpointer data)
{
	sqlite3_stmt *query = kp_state_prepare(state, "SELECT name, sql FROM sqlite_master"
					       " WHERE sql IS NOT NULL ORDER BY name", NULL, NULL);

	if (query != NULL)
		kp_state_each_row(state, query, take, data, NULL);
}

/* The tables of @state: name to SQL. */
static GHashTable *read_tables(KpState *state)
{
	GHashTable *tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	ask_tables(state, take_sql, tables);
	return tables;
}

/* With the NUL, so that no text can be cut in two places. */
static void add_sql(sqlite3_stmt *query, gpointer data)
{
	for (int column = 0; column < 2; column++) {
		g_autofree char *text = kp_state_column_text(query, column);

		g_checksum_update(data, (const guchar *)text, (gssize)strlen(text) + 1);
	}
}

char *kp_state_tables_digest(KpState *state)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

	ask_tables(state, add_sql, checksum);
	return g_strdup(g_checksum_get_string(checksum));
}

/* Others may have looked for something faster, or put a table beside ours. A view or a
 * trigger would do something. */
static gboolean is_idle(const char *sql)
{
	return g_str_has_prefix(sql, "CREATE INDEX ") || g_str_has_prefix(sql, "CREATE TABLE ");
}

/* Somebody else's database under our name, or the text of its tables is
 * damaged: they must be what this program would make. Making them in memory takes
 * longer than all else that is done with a state at boot, so that is for those
 * whose digest is not the known one: another SQLite may have spelled them. */
static char *wrong_table(KpState *state, int version)
{
	g_autoptr(KpState) model = g_new0(KpState, 1);
	g_autoptr(GHashTable) wanted = NULL, found = NULL;
	g_autofree char *digest = kp_state_tables_digest(state);
	GHashTableIter iter;
	gpointer name, sql;

	if (version == KP_STATE_VERSION && g_str_equal(digest, KP_STATE_TABLES))
		return NULL;
	model->path = g_strdup(":memory:");
	if (sqlite3_open(":memory:", &model->db) != SQLITE_OK ||
	    !kp_state_make_tables(model, version, NULL))
		return NULL;
	wanted = read_tables(model);
	found = read_tables(state);
	g_hash_table_iter_init(&iter, wanted);
	while (g_hash_table_iter_next(&iter, &name, &sql))
		if (g_strcmp0(g_hash_table_lookup(found, name), sql) != 0)
			return g_strdup_printf("its table %s is not ours", (char *)name);
	g_hash_table_iter_init(&iter, found);
	while (g_hash_table_iter_next(&iter, &name, &sql))
		if (!g_hash_table_contains(wanted, name) && !is_idle(sql))
			return g_strdup_printf("its %s is not ours", (char *)name);
	return NULL;
}

static int version_of(KpState *state, int *code)
{
	sqlite3_stmt *query = NULL;
	int version = 0;

	*code = sqlite3_prepare_v2(state->db, "PRAGMA user_version", -1, &query, NULL);
	if (*code == SQLITE_OK)
		*code = sqlite3_step(query);
	if (*code == SQLITE_ROW)
		version = sqlite3_column_int(query, 0);
	sqlite3_finalize(query);
	return version;
}

/* Bytes 18 and 19 are 1 in a database with a rollback journal (SQLite's file format), and
 * ours have no other: with 2 it would want a log that nobody wrote, and with more it
 * counts as one that cannot be written. Read through SQLite: its locks do not outlive
 * another descriptor, fcntl(2). */
static gboolean has_our_header(KpState *state)
{
	sqlite3_file *file = NULL;
	guint8 header[100];

	if (sqlite3_file_control(state->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
	    file == NULL || file->pMethods == NULL ||
	    file->pMethods->xRead(file, header, sizeof(header), 0) != SQLITE_OK)
		return TRUE;
	return header[18] == 1 && header[19] == 1;
}

static char *misfit(KpState *state)
{
	g_autoptr(GHashTable) tables = NULL;
	int code, version = version_of(state, &code);

	if (says_damaged(code))
		return g_strdup(sqlite3_errmsg(state->db));
	if (code != SQLITE_ROW)
		return NULL;
	if (version < 0 || version > KP_STATE_VERSION_MAX)
		return g_strdup_printf("no program writes schema %d", version);
	/* what a newer program made is not ours to judge */
	if (version > KP_STATE_VERSION)
		return NULL;
	if (version > 0)
		return wrong_table(state, version);
	tables = read_tables(state);
	return g_hash_table_size(tables) > 0 ? g_strdup("it has tables and no schema") : NULL;
}

/* One look: another program may be making the tables meanwhile. */
char *kp_state_misshape(KpState *state)
{
	char *damage;

	if (!has_our_header(state))
		return g_strdup("its header is not ours");
	sqlite3_exec(state->db, "BEGIN", NULL, NULL, NULL);
	damage = misfit(state);
	sqlite3_exec(state->db, "COMMIT", NULL, NULL, NULL);
	return damage;
}

gboolean kp_state_holds_are_whole(KpState *state)
{
	g_autoptr(KpState) model = g_new0(KpState, 1);
	g_autoptr(GHashTable) wanted = NULL, found = NULL;
	g_autofree char *damage = run_check(state, "PRAGMA integrity_check(1)");

	model->path = g_strdup(":memory:");
	if (damage != NULL || sqlite3_open(":memory:", &model->db) != SQLITE_OK ||
	    !kp_state_make_tables(model, KP_STATE_VERSION, NULL))
		return FALSE;
	wanted = read_tables(model);
	found = read_tables(state);
	return g_strcmp0(g_hash_table_lookup(found, "holds"),
			 g_hash_table_lookup(wanted, "holds")) == 0;
}

/* SQLite takes some bytes that are no page for an empty database, and would
 * write over them. */
static gboolean is_stump(KpState *state)
{
	struct stat st;

	return stat(state->path, &st) == 0 && st.st_size > 0 && st.st_size < SMALLEST_PAGE;
}

char *kp_state_damage(KpState *state)
{
	char *damage;
	int code;

	if (is_stump(state))
		return g_strdup("it is too short");
	damage = kp_state_misshape(state);
	if (damage != NULL || version_of(state, &code) > KP_STATE_VERSION || code != SQLITE_ROW)
		return damage;
	return run_check(state, "PRAGMA integrity_check(1)");
}

static gboolean move(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0;
}

/* A name that is not taken: of this second, or with a number behind it. */
static char *free_name(const char *path)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *stamp = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
	char *name = g_strdup_printf("%s.corrupt-%s", path, stamp);

	for (guint i = 2; access(name, F_OK) == 0; i++) {
		g_free(name);
		name = g_strdup_printf("%s.corrupt-%s-%u", path, stamp, i);
	}
	return name;
}

/* The journal goes first: left behind, it would be played back into the new
 * database. */
gboolean kp_state_set_aside(KpState *state, const char *damage, char **aside, GError **error)
{
	g_autofree char *name = free_name(state->path);
	g_autofree char *journal = g_strconcat(state->path, "-journal", NULL);
	g_autofree char *journal_aside = g_strconcat(name, "-journal", NULL);

	g_clear_pointer(&state->db, sqlite3_close);
	if (!kp_state_begin_doubt(state->path, error))
		return FALSE;
	if ((move(journal, journal_aside) || errno == ENOENT) && move(state->path, name)) {
		*aside = g_steal_pointer(&name);
		return TRUE;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s is damaged (%s) and cannot be set aside as %s: %s", state->path, damage,
		    name, g_strerror(errno));
	return FALSE;
}
