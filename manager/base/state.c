/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/state.h"

#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"

/* PRAGMA user_version of the schema below; add a migration with each step. */
#define SCHEMA_VERSION 1

#define HISTORY_COLUMNS \
	"at, boot_id, kver, action, name, version, sha256, backend, result, detail"
#define HOLD_COLUMNS "kver, name, version, sha256, reason, since"

static const char schema_sql[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE history (id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
	" boot_id TEXT NOT NULL, kver TEXT NOT NULL, action TEXT NOT NULL,"
	" name TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL,"
	" backend TEXT NOT NULL, result TEXT NOT NULL, detail TEXT NOT NULL);"
	"CREATE INDEX history_kver ON history (kver, id);"
	"CREATE TABLE holds (kver TEXT NOT NULL, name TEXT NOT NULL,"
	" version TEXT NOT NULL, sha256 TEXT NOT NULL, reason TEXT NOT NULL,"
	" since INTEGER NOT NULL, PRIMARY KEY (kver, sha256));"
	"PRAGMA user_version = 1;"
	"COMMIT;";

struct KpState {
	sqlite3 *db;		/* NULL: nothing was ever recorded */
	char *path;
};

void kp_record_free(KpRecord *record)
{
	if (record == NULL)
		return;
	g_free(record->boot_id);
	g_free(record->kver);
	g_free(record->action);
	g_free(record->name);
	g_free(record->version);
	g_free(record->sha256);
	g_free(record->backend);
	g_free(record->result);
	g_free(record->detail);
	g_free(record);
}

void kp_hold_free(KpHold *hold)
{
	if (hold == NULL)
		return;
	g_free(hold->kver);
	g_free(hold->name);
	g_free(hold->version);
	g_free(hold->sha256);
	g_free(hold->reason);
	g_free(hold);
}

void kp_state_close(KpState *state)
{
	if (state == NULL)
		return;
	sqlite3_close(state->db);
	g_free(state->path);
	g_free(state);
}

static gboolean set_sql_error(KpState *state, const char *doing, GError **error)
{
	int code = sqlite3_errcode(state->db);

	g_set_error(error, KP_ERROR,
		    code == SQLITE_BUSY ? KP_ERROR_BUSY : KP_ERROR_FAILED,
		    "cannot %s in %s: %s%s", doing, state->path, sqlite3_errmsg(state->db),
		    code == SQLITE_CORRUPT || code == SQLITE_NOTADB ?
		    "; move the file away to begin a new one (history and holds are lost)" : "");
	return FALSE;
}

static gboolean run_sql(KpState *state, const char *sql, GError **error)
{
	if (sqlite3_exec(state->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return TRUE;
	return set_sql_error(state, "change the state", error);
}

static gboolean read_version(KpState *state, int *version, GError **error)
{
	sqlite3_stmt *query = NULL;
	gboolean ok;

	ok = sqlite3_prepare_v2(state->db, "PRAGMA user_version", -1, &query, NULL) == SQLITE_OK &&
	     sqlite3_step(query) == SQLITE_ROW;
	if (ok)
		*version = sqlite3_column_int(query, 0);
	else
		set_sql_error(state, "read the version", error);
	sqlite3_finalize(query);
	return ok;
}

/* synchronous=FULL with a rollback journal: what was recorded before a
 * power cut is there after it, and readers need no write access. */
static gboolean prepare_schema(KpState *state, gboolean writing, GError **error)
{
	int version = 0;

	sqlite3_busy_timeout(state->db, 5000);
	if (!read_version(state, &version, error))
		return FALSE;
	if (version > SCHEMA_VERSION) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s was written by a newer kpatch-manager (schema %d, this program knows %d); "
			    "update kpatch-manager, or move the file away to begin a new one",
			    state->path, version, SCHEMA_VERSION);
		return FALSE;
	}
	if (!writing) {
		/* an empty file has no tables to ask: it is an empty state */
		if (version == 0)
			g_clear_pointer(&state->db, sqlite3_close);
		return TRUE;
	}
	if (!run_sql(state, "PRAGMA synchronous = FULL", error))
		return FALSE;
	return version == SCHEMA_VERSION || run_sql(state, schema_sql, error);
}

static gboolean make_folder(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);

	if (g_mkdir_with_parents(folder, 0755) == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot make %s: %s",
		    folder, g_strerror(errno));
	return FALSE;
}

KpState *kp_state_open(const char *root, gboolean writing, GError **error)
{
	int flags = writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	g_autoptr(KpState) state = g_new0(KpState, 1);

	state->path = kp_root_path(root, KP_STATE_FILE);
	if (writing && !make_folder(state->path, error))
		return NULL;
	if (!writing && access(state->path, F_OK) != 0 && errno == ENOENT)
		return g_steal_pointer(&state);
	if (sqlite3_open_v2(state->path, &state->db, flags, NULL) != SQLITE_OK) {
		set_sql_error(state, "open the state", error);
		return NULL;
	}
	if (!prepare_schema(state, writing, error))
		return NULL;
	return g_steal_pointer(&state);
}

/* Binds the strings of a NULL-terminated list to ?first, ?first+1 ... */
static void bind_texts(sqlite3_stmt *query, int first, const char *const *texts)
{
	for (int i = 0; texts[i] != NULL; i++)
		sqlite3_bind_text(query, first + i, texts[i], -1, SQLITE_TRANSIENT);
}

static gboolean step_change(KpState *state, sqlite3_stmt *query, GError **error)
{
	gboolean ok = sqlite3_step(query) == SQLITE_DONE;

	if (!ok)
		set_sql_error(state, "record a change", error);
	sqlite3_finalize(query);
	return ok;
}

static sqlite3_stmt *prepare(KpState *state, const char *sql, GError **error)
{
	sqlite3_stmt *query = NULL;

	if (sqlite3_prepare_v2(state->db, sql, -1, &query, NULL) == SQLITE_OK)
		return query;
	set_sql_error(state, "use the tables", error);
	return NULL;
}

gboolean kp_state_add_record(KpState *state, const KpRecord *record, GError **error)
{
	const char *texts[] = { record->boot_id, record->kver, record->action,
				record->name, record->version, record->sha256,
				record->backend, record->result, record->detail, NULL };
	sqlite3_stmt *query = prepare(state, "INSERT INTO history (" HISTORY_COLUMNS
				      ") VALUES (?,?,?,?,?,?,?,?,?,?)", error);

	if (query == NULL)
		return FALSE;
	sqlite3_bind_int64(query, 1, record->at);
	bind_texts(query, 2, texts);
	return step_change(state, query, error);
}

static char *column_text(sqlite3_stmt *query, int column)
{
	const char *text = (const char *)sqlite3_column_text(query, column);

	return g_strdup(text != NULL ? text : "");
}

static KpRecord *record_from_row(sqlite3_stmt *query)
{
	KpRecord *record = g_new0(KpRecord, 1);

	record->at = sqlite3_column_int64(query, 0);
	record->boot_id = column_text(query, 1);
	record->kver = column_text(query, 2);
	record->action = column_text(query, 3);
	record->name = column_text(query, 4);
	record->version = column_text(query, 5);
	record->sha256 = column_text(query, 6);
	record->backend = column_text(query, 7);
	record->result = column_text(query, 8);
	record->detail = column_text(query, 9);
	return record;
}

gboolean kp_state_last_record(KpState *state, const char *kver, const char *result,
			      KpRecord **record, GError **error)
{
	sqlite3_stmt *query;
	int step;

	*record = NULL;
	if (state->db == NULL)
		return TRUE;
	query = prepare(state, "SELECT " HISTORY_COLUMNS " FROM history"
			" WHERE (?1 IS NULL OR kver = ?1) AND (?2 IS NULL OR result = ?2)"
			" ORDER BY id DESC LIMIT 1", error);
	if (query == NULL)
		return FALSE;
	sqlite3_bind_text(query, 1, kver, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(query, 2, result, -1, SQLITE_TRANSIENT);
	step = sqlite3_step(query);
	if (step == SQLITE_ROW)
		*record = record_from_row(query);
	else if (step != SQLITE_DONE)
		set_sql_error(state, "read the history", error);
	sqlite3_finalize(query);
	return step == SQLITE_ROW || step == SQLITE_DONE;
}

gint64 kp_state_live_since(KpState *state, const char *kver, const char *name,
			   const char *boot_id)
{
	const char *texts[] = { kver, name, boot_id, NULL };
	sqlite3_stmt *query;
	gint64 at = 0;

	if (state->db == NULL)
		return 0;
	query = prepare(state, "SELECT at FROM history WHERE kver = ? AND name = ?"
			" AND boot_id = ? AND result = 'done' ORDER BY id DESC LIMIT 1", NULL);
	if (query == NULL)
		return 0;
	bind_texts(query, 1, texts);
	if (sqlite3_step(query) == SQLITE_ROW)
		at = sqlite3_column_int64(query, 0);
	sqlite3_finalize(query);
	return at;
}

static KpHold *hold_from_row(sqlite3_stmt *query)
{
	KpHold *hold = g_new0(KpHold, 1);

	hold->kver = column_text(query, 0);
	hold->name = column_text(query, 1);
	hold->version = column_text(query, 2);
	hold->sha256 = column_text(query, 3);
	hold->reason = column_text(query, 4);
	hold->since = sqlite3_column_int64(query, 5);
	return hold;
}

GPtrArray *kp_state_holds(KpState *state, const char *kver, GError **error)
{
	g_autoptr(GPtrArray) holds =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_hold_free);
	sqlite3_stmt *query;
	int step;

	if (state->db == NULL)
		return g_steal_pointer(&holds);
	query = prepare(state, "SELECT " HOLD_COLUMNS " FROM holds"
			" WHERE ?1 IS NULL OR kver = ?1 ORDER BY since, version", error);
	if (query == NULL)
		return NULL;
	sqlite3_bind_text(query, 1, kver, -1, SQLITE_TRANSIENT);
	while ((step = sqlite3_step(query)) == SQLITE_ROW)
		g_ptr_array_add(holds, hold_from_row(query));
	if (step != SQLITE_DONE)
		set_sql_error(state, "read the holds", error);
	sqlite3_finalize(query);
	return step == SQLITE_DONE ? g_steal_pointer(&holds) : NULL;
}

gboolean kp_state_add_hold(KpState *state, const KpHold *hold, gboolean *added,
			   GError **error)
{
	const char *texts[] = { hold->kver, hold->name, hold->version,
				hold->sha256, hold->reason, NULL };
	sqlite3_stmt *query = prepare(state, "INSERT OR IGNORE INTO holds (" HOLD_COLUMNS
				      ") VALUES (?,?,?,?,?,?)", error);

	if (query == NULL)
		return FALSE;
	bind_texts(query, 1, texts);
	sqlite3_bind_int64(query, 6, hold->since);
	if (!step_change(state, query, error))
		return FALSE;
	*added = sqlite3_changes(state->db) > 0;
	return TRUE;
}

gboolean kp_state_drop_hold(KpState *state, const char *kver, const char *sha256,
			    GError **error)
{
	const char *texts[] = { kver, sha256, NULL };
	sqlite3_stmt *query = prepare(state, "DELETE FROM holds WHERE kver = ? AND sha256 = ?",
				      error);

	if (query == NULL)
		return FALSE;
	bind_texts(query, 1, texts);
	return step_change(state, query, error);
}
