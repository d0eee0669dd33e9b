/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the state share: one statement at a time on one database. */
#ifndef KP_STATE_PRIVATE_H
#define KP_STATE_PRIVATE_H

#include <sqlite3.h>

#include "base/state.h"

/* PRAGMA user_version of the tables that this program uses */
#define KP_STATE_VERSION 4

/* No program gets that far; what is beyond was damaged */
#define KP_STATE_VERSION_MAX 255

/* SHA-256 of them: kp_state_tables_digest(), which tests compare */
#define KP_STATE_TABLES "85f9f09470c6942b85873fda72042738aa6c6463c08e087a6c97a6d0b843ab5b"

struct KpState {
	sqlite3 *db;		/* NULL: nothing was ever recorded */
	char *path;
	char *warning;		/* what opening had to do, or NULL */
	char *exposed;		/* who else could write it, or NULL */
	gboolean carried;	/* all holds of one that was set aside are in it */
};

/* 0: there are no tables yet. That of a newer program is refused. */
gboolean kp_state_read_version(KpState *state, int *version, GError **error);

/* Makes the tables, or changes those of an older program, in one transaction. */
gboolean kp_state_migrate(KpState *state, GError **error);

/* Makes the tables of @version in an empty database. */
gboolean kp_state_make_tables(KpState *state, int version, GError **error);

/* *@damage: why the database cannot be used ever again, or NULL; the caller frees it.
 * FALSE when that cannot be told now: an I/O error, a lock or a lack of memory is no
 * damage. */
gboolean kp_state_damage(KpState *state, char **damage, GError **error);

/* As much of that as can be told without reading all of it: header and tables. */
gboolean kp_state_misshape(KpState *state, char **damage, GError **error);

/* *@digest: SHA-256 of the whole file, read from its first byte to its last; the caller
 * frees it. */
gboolean kp_state_file_digest(KpState *state, char **digest, GError **error);

/* TRUE when nothing is wrong with the table of holds, nor with what leads there. */
gboolean kp_state_holds_are_whole(KpState *state);

/* Takes from the connection what our tables do not need, and limits texts. */
void kp_state_harden(KpState *state);

/* Reads into the new @state what the database @aside still has; state->carried says
 * whether that are all holds there were. */
gboolean kp_state_carry(KpState *state, const char *aside, GError **error);

/* Notes that holds may be lost. */
gboolean kp_state_begin_doubt(const char *state_path, GError **error);

/* SHA-256 of the names and the SQL of all tables, or NULL. Caller frees. */
char *kp_state_tables_digest(KpState *state, GError **error);

/* Moves it, closed, out of the way because of @damage: *@aside, which the caller frees. */
gboolean kp_state_set_aside(KpState *state, const char *damage, char **aside, GError **error);

/* Sets @error from what SQLite last said. Returns FALSE. */
gboolean kp_state_sql_error(KpState *state, const char *doing, GError **error);

/* Runs @sql, which answers nothing. */
gboolean kp_state_run(KpState *state, const char *sql, GError **error);

/* A statement with the strings of the NULL-terminated @texts (may be NULL)
 * bound to ?1, ?2 ...; or NULL with @error set. */
sqlite3_stmt *kp_state_prepare(KpState *state, const char *sql, const char *const *texts,
			       GError **error);

/* Bind one more value; where that fails the statement is ended. */
gboolean kp_state_bind_text(KpState *state, sqlite3_stmt *query, int at, const char *text,
			    GError **error);
gboolean kp_state_bind_int(KpState *state, sqlite3_stmt *query, int at, gint64 value,
			   GError **error);

/* Runs a statement that changes something, and ends it. */
gboolean kp_state_step_change(KpState *state, sqlite3_stmt *query, GError **error);

/* Hands each row of a query to @take, and ends it. */
typedef void (*KpRowFunc)(sqlite3_stmt *query, gpointer data);
gboolean kp_state_each_row(KpState *state, sqlite3_stmt *query, KpRowFunc take,
			   gpointer data, GError **error);

/* A column as a string of its own, "" for NULL and where memory is short: see
 * kp_state_each_row(), which finds that out. */
char *kp_state_column_text(sqlite3_stmt *query, int column);

#endif
