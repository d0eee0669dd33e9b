/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the state share: one statement at a time on one database. */
#ifndef KP_STATE_PRIVATE_H
#define KP_STATE_PRIVATE_H

#include <sqlite3.h>

#include "base/state.h"

/* PRAGMA user_version of the tables that this program uses */
#define KP_STATE_VERSION 3

/* SHA-256 of them: kp_state_tables_digest(), which tests compare */
#define KP_STATE_TABLES "2d484ea1a9464a0e8bb48031e4b391099fea526dd74e1a1c1ac12baea35f4b35"

struct KpState {
	sqlite3 *db;		/* NULL: nothing was ever recorded */
	char *path;
	char *warning;		/* what opening had to do, or NULL */
};

/* 0: there are no tables yet. That of a newer program is refused. */
gboolean kp_state_read_version(KpState *state, int *version, GError **error);

/* Makes the tables, or changes those of an older program, in one transaction. */
gboolean kp_state_migrate(KpState *state, GError **error);

/* Why the database cannot be used ever again, or NULL. Caller frees. */
char *kp_state_damage(KpState *state);

/* SHA-256 of the names and the SQL of all tables. Caller frees. */
char *kp_state_tables_digest(KpState *state);

/* Moves it, closed, out of the way because of @damage, and notes the warning. */
gboolean kp_state_set_aside(KpState *state, const char *damage, GError **error);

/* Sets @error from what SQLite last said. Returns FALSE. */
gboolean kp_state_sql_error(KpState *state, const char *doing, GError **error);

/* Runs @sql, which answers nothing. */
gboolean kp_state_run(KpState *state, const char *sql, GError **error);

/* A statement with the strings of the NULL-terminated @texts (may be NULL)
 * bound to ?1, ?2 ...; or NULL with @error set. */
sqlite3_stmt *kp_state_prepare(KpState *state, const char *sql, const char *const *texts,
			       GError **error);

/* Runs a statement that changes something, and ends it. */
gboolean kp_state_step_change(KpState *state, sqlite3_stmt *query, GError **error);

/* Hands each row of a query to @take, and ends it. */
typedef void (*KpRowFunc)(sqlite3_stmt *query, gpointer data);
gboolean kp_state_each_row(KpState *state, sqlite3_stmt *query, KpRowFunc take,
			   gpointer data, GError **error);

/* A column as a string of its own, "" for NULL. */
char *kp_state_column_text(sqlite3_stmt *query, int column);

#endif
