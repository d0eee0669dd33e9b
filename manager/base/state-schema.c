/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables, and how those of older programs become those of this one. */
#include "base/error.h"
#include "base/state-private.h"

/* One step per version of PRAGMA user_version: row 0 makes version 1 of an
 * empty database, row N version N+1 of version N. A step that was released is
 * never changed: add one. */
static const char *const steps[] = {
	"CREATE TABLE history (id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
	" boot_id TEXT NOT NULL, kver TEXT NOT NULL, action TEXT NOT NULL,"
	" name TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL,"
	" backend TEXT NOT NULL, result TEXT NOT NULL, detail TEXT NOT NULL);"
	"CREATE INDEX history_kver ON history (kver, id);"
	"CREATE TABLE holds (kver TEXT NOT NULL, name TEXT NOT NULL,"
	" version TEXT NOT NULL, sha256 TEXT NOT NULL, reason TEXT NOT NULL,"
	" since INTEGER NOT NULL, PRIMARY KEY (kver, sha256));",

	/* holds know their kind, and both kinds may be there for one digest;
	 * what is being tried at boot, and what was proven good */
	"ALTER TABLE holds RENAME TO old_holds;"
	"CREATE TABLE holds (kver TEXT NOT NULL, name TEXT NOT NULL,"
	" version TEXT NOT NULL, sha256 TEXT NOT NULL, reason TEXT NOT NULL,"
	" since INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('held', 'blocked')),"
	" PRIMARY KEY (kver, sha256, kind));"
	"INSERT INTO holds SELECT kver, name, version, sha256, reason, since, 'held'"
	" FROM old_holds;"
	"DROP TABLE old_holds;"
	"CREATE TABLE attempts (kver TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
	" version TEXT NOT NULL, sha256 TEXT NOT NULL, boot_id TEXT NOT NULL,"
	" at INTEGER NOT NULL, count INTEGER NOT NULL);"
	"CREATE TABLE good (id INTEGER PRIMARY KEY, kver TEXT NOT NULL, name TEXT NOT NULL,"
	" version TEXT NOT NULL, sha256 TEXT NOT NULL, at INTEGER NOT NULL,"
	" UNIQUE (kver, sha256));",

	/* who vouched for what was loaded */
	"ALTER TABLE history ADD COLUMN signer TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE history ADD COLUMN signer_sha256 TEXT NOT NULL DEFAULT '';",

	/* where its file lay: what came in a package may leave with one */
	"ALTER TABLE history ADD COLUMN origin TEXT NOT NULL DEFAULT '';",
};

G_STATIC_ASSERT(G_N_ELEMENTS(steps) == KP_STATE_VERSION);

gboolean kp_state_read_version(KpState *state, int *version, GError **error)
{
	sqlite3_stmt *query = kp_state_prepare(state, "PRAGMA user_version", NULL, error);
	gboolean ok = query != NULL && sqlite3_step(query) == SQLITE_ROW;

	if (ok)
		*version = sqlite3_column_int(query, 0);
	else if (query != NULL)
		kp_state_sql_error(state, "read the version", error);
	sqlite3_finalize(query);
	if (!ok || (*version >= 0 && *version <= KP_STATE_VERSION))
		return ok;
	if (*version < 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s is damaged: no program writes schema %d", state->path, *version);
		return FALSE;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s was written by a newer kpatch-manager (schema %d, this program knows %d); "
		    "update kpatch-manager, or move the file away to begin a new one",
		    state->path, *version, KP_STATE_VERSION);
	return FALSE;
}

gboolean kp_state_make_tables(KpState *state, int version, GError **error)
{
	for (int i = 0; i < version; i++)
		if (!kp_state_run(state, steps[i], error))
			return FALSE;
	return TRUE;
}

/* Another program may have been quicker: under the write lock, look again. */
static gboolean run_steps(KpState *state, GError **error)
{
	g_autofree char *mark = g_strdup_printf("PRAGMA user_version = %d", KP_STATE_VERSION);
	int version = 0;

	if (!kp_state_read_version(state, &version, error))
		return FALSE;
	for (int i = version; i < KP_STATE_VERSION; i++)
		if (!kp_state_run(state, steps[i], error))
			return FALSE;
	return kp_state_run(state, mark, error) && kp_state_run(state, "COMMIT", error);
}

gboolean kp_state_migrate(KpState *state, GError **error)
{
	int version = 0;

	if (!kp_state_read_version(state, &version, error))
		return FALSE;
	if (version == KP_STATE_VERSION)
		return TRUE;
	if (!kp_state_run(state, "BEGIN IMMEDIATE", error))
		return FALSE;
	if (run_steps(state, error))
		return TRUE;
	kp_state_run(state, "ROLLBACK", NULL);
	return FALSE;
}
