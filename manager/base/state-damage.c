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

/* What the check says of a page that it could not get: of ours or of SQLite's older and
 * newer texts, with the code of the error behind it if there is one. */
static gboolean is_unread(const char *answer)
{
	const char *code = strstr(answer, "error code=");

	return code != NULL ? !says_damaged((int)g_ascii_strtoll(code + strlen("error code="),
								 NULL, 10)) :
	       strstr(answer, "failed to get page") != NULL;
}

static gboolean unread(KpState *state, const char *why, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot read %s: %s", state->path, why);
	return FALSE;
}

/* *@damage: what @sql, which ought to answer "ok", says against the database. FALSE when
 * that cannot be found out now. */
static gboolean run_check(KpState *state, const char *sql, char **damage, GError **error)
{
	sqlite3_stmt *query = NULL;
	g_autofree char *answer = NULL;
	int code = sqlite3_prepare_v2(state->db, sql, -1, &query, NULL);

	*damage = NULL;
	if (code == SQLITE_OK)
		code = sqlite3_step(query);
	if (code == SQLITE_ROW)
		answer = kp_state_column_text(query, 0);
	else if (says_damaged(code))
		answer = g_strdup(sqlite3_errmsg(state->db));
	if (answer == NULL || sqlite3_errcode(state->db) == SQLITE_NOMEM) {
		kp_state_sql_error(state, "check the tables", error);
		sqlite3_finalize(query);
		return FALSE;
	}
	sqlite3_finalize(query);
	if (is_unread(answer))
		return unread(state, answer, error);
	/* newer ones say in a line of its own which database they mean */
	if (g_str_has_prefix(answer, "*** in database main ***\n"))
		memmove(answer, strchr(answer, '\n') + 1, strlen(strchr(answer, '\n')));
	if (!g_str_equal(answer, "ok"))
		*damage = g_steal_pointer(&answer);
	return TRUE;
}

static void take_sql(sqlite3_stmt *query, gpointer data)
{
	g_hash_table_insert(data, kp_state_column_text(query, 0), kp_state_column_text(query, 1));
}

static gboolean ask_tables(KpState *state, KpRowFunc take, gpointer data, GError **error)
{
	sqlite3_stmt *query = kp_state_prepare(state, "SELECT name, sql FROM sqlite_master"
					       " WHERE sql IS NOT NULL ORDER BY name", NULL, error);

	return query != NULL && kp_state_each_row(state, query, take, data, error);
}

/* The tables of @state: name to SQL. */
static GHashTable *read_tables(KpState *state, GError **error)
{
	g_autoptr(GHashTable) tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	return ask_tables(state, take_sql, tables, error) ? g_steal_pointer(&tables) : NULL;
}

/* With the NUL, so that no text can be cut in two places. */
static void add_sql(sqlite3_stmt *query, gpointer data)
{
	for (int column = 0; column < 2; column++) {
		g_autofree char *text = kp_state_column_text(query, column);

		g_checksum_update(data, (const guchar *)text, (gssize)strlen(text) + 1);
	}
}

char *kp_state_tables_digest(KpState *state, GError **error)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

	return ask_tables(state, add_sql, checksum, error) ?
		g_strdup(g_checksum_get_string(checksum)) : NULL;
}

/* Others may have looked for something faster, or put a table beside ours. A view or a
 * trigger would do something. */
static gboolean is_idle(const char *sql)
{
	return g_str_has_prefix(sql, "CREATE INDEX ") || g_str_has_prefix(sql, "CREATE TABLE ");
}

static char *first_wrong(GHashTable *wanted, GHashTable *found)
{
	GHashTableIter iter;
	gpointer name, sql;

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

/* The tables that this program would make: name to SQL. */
static GHashTable *model_tables(int version, GError **error)
{
	g_autoptr(KpState) model = g_new0(KpState, 1);

	model->path = g_strdup(":memory:");
	if (sqlite3_open(":memory:", &model->db) != SQLITE_OK) {
		kp_state_sql_error(model, "make tables", error);
		return NULL;
	}
	return kp_state_make_tables(model, version, error) ? read_tables(model, error) : NULL;
}

/* Somebody else's database under our name, or the text of its tables is
 * damaged: they must be what this program would make. Making them in memory takes
 * longer than all else that is done with a state at boot, so that is for those
 * whose digest is not the known one: another SQLite may have spelled them. */
static gboolean wrong_table(KpState *state, int version, char **damage, GError **error)
{
	g_autoptr(GHashTable) wanted = NULL, found = NULL;
	g_autofree char *digest = kp_state_tables_digest(state, error);

	if (digest == NULL)
		return FALSE;
	if (version == KP_STATE_VERSION && g_str_equal(digest, KP_STATE_TABLES))
		return TRUE;
	wanted = model_tables(version, error);
	found = wanted != NULL ? read_tables(state, error) : NULL;
	if (found == NULL)
		return FALSE;
	*damage = first_wrong(wanted, found);
	return TRUE;
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

/* Past SQLite's cache, but through its descriptor: its locks do not outlive another one,
 * fcntl(2). */
static sqlite3_file *file_of(KpState *state)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(state->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
	    file == NULL || file->pMethods == NULL)
		return NULL;
	return file;
}

gboolean kp_state_file_digest(KpState *state, char **digest, GError **error)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	sqlite3_file *file = file_of(state);
	guint8 bytes[4096];
	sqlite3_int64 size = 0;

	if (file == NULL || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
		return unread(state, "its size is not known", error);
	for (sqlite3_int64 at = 0; at < size; at += (sqlite3_int64)sizeof(bytes)) {
		int part = (int)MIN(size - at, (sqlite3_int64)sizeof(bytes));
		int code = file->pMethods->xRead(file, bytes, part, at);

		if (code != SQLITE_OK)
			return unread(state, sqlite3_errstr(code), error);
		g_checksum_update(checksum, bytes, part);
	}
	*digest = g_strdup(g_checksum_get_string(checksum));
	return TRUE;
}

/* Bytes 18 and 19 are 1 in a database with a rollback journal (SQLite's file format), and
 * ours have no other: with 2 it would want a log that nobody wrote, and with more it
 * counts as one that cannot be written. */
static gboolean look_at_header(KpState *state, char **damage, GError **error)
{
	sqlite3_file *file = file_of(state);
	guint8 header[100];
	int code = file != NULL ? file->pMethods->xRead(file, header, sizeof(header), 0) :
		   SQLITE_IOERR_SHORT_READ;

	if (code == SQLITE_OK && (header[18] != 1 || header[19] != 1))
		*damage = g_strdup("its header is not ours");
	/* an empty one is read short */
	return code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ ||
	       unread(state, sqlite3_errstr(code), error);
}

static gboolean misfit(KpState *state, char **damage, GError **error)
{
	g_autoptr(GHashTable) tables = NULL;
	int code, version = version_of(state, &code);

	if (says_damaged(code))
		*damage = g_strdup(sqlite3_errmsg(state->db));
	else if (code != SQLITE_ROW)
		return kp_state_sql_error(state, "read the version", error);
	else if (version < 0 || version > KP_STATE_VERSION_MAX)
		*damage = g_strdup_printf("no program writes schema %d", version);
	/* what a newer program made is not ours to judge */
	if (*damage != NULL || version > KP_STATE_VERSION)
		return TRUE;
	if (version > 0)
		return wrong_table(state, version, damage, error);
	tables = read_tables(state, error);
	if (tables != NULL && g_hash_table_size(tables) > 0)
		*damage = g_strdup("it has tables and no schema");
	return tables != NULL;
}

/* What misfit() could not read because the database is wrong is damage, too. */
static gboolean ask_misfit(KpState *state, char **damage, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (misfit(state, damage, &problem))
		return TRUE;
	if (says_damaged(sqlite3_errcode(state->db))) {
		*damage = g_strdup(sqlite3_errmsg(state->db));
		return TRUE;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return FALSE;
}

/* One look: another program may be making the tables meanwhile. */
gboolean kp_state_misshape(KpState *state, char **damage, GError **error)
{
	gboolean ok;

	*damage = NULL;
	if (!look_at_header(state, damage, error))
		return FALSE;
	if (*damage != NULL)
		return TRUE;
	if (!kp_state_run(state, "BEGIN", error))
		return FALSE;
	ok = ask_misfit(state, damage, error);
	/* what is wrong may have ended the look */
	if (!ok || *damage != NULL)
		kp_state_run(state, "COMMIT", NULL);
	else
		ok = kp_state_run(state, "COMMIT", error);
	return ok;
}

gboolean kp_state_holds_are_whole(KpState *state)
{
	g_autoptr(GHashTable) wanted = NULL, found = NULL;
	g_autofree char *damage = NULL;

	if (!run_check(state, "PRAGMA integrity_check(1)", &damage, NULL) || damage != NULL)
		return FALSE;
	wanted = model_tables(KP_STATE_VERSION, NULL);
	found = read_tables(state, NULL);
	return wanted != NULL && found != NULL &&
	       g_strcmp0(g_hash_table_lookup(found, "holds"),
			 g_hash_table_lookup(wanted, "holds")) == 0;
}

/* SQLite takes some bytes that are no page for an empty database, and would
 * write over them. */
static gboolean is_stump(KpState *state)
{
	struct stat st;

	return stat(state->path, &st) == 0 && st.st_size > 0 && st.st_size < SMALLEST_PAGE;
}

gboolean kp_state_damage(KpState *state, char **damage, GError **error)
{
	int code, version;

	*damage = NULL;
	if (is_stump(state)) {
		*damage = g_strdup("it is too short");
		return TRUE;
	}
	if (!kp_state_misshape(state, damage, error))
		return FALSE;
	if (*damage != NULL)
		return TRUE;
	version = version_of(state, &code);
	if (code != SQLITE_ROW)
		return kp_state_sql_error(state, "read the version", error);
	if (version > KP_STATE_VERSION)
		return TRUE;
	return run_check(state, "PRAGMA integrity_check(1)", damage, error);
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
