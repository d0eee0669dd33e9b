/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing the database, and how all statements are run. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "base/state-private.h"

/* milliseconds to wait for another program's lock on the database */
#define BUSY_LIMIT_MS 5000

/* bytes of a text; what health checks say is cut long before */
#define LONGEST (16 * 1024 * 1024)

#define WRITING (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)

void kp_state_close(KpState *state)
{
	if (state == NULL)
		return;
	sqlite3_close(state->db);
	g_free(state->path);
	g_free(state->warning);
	g_free(state->exposed);
	g_free(state);
}

const char *kp_state_warning(const KpState *state)
{
	return state->warning;
}

const char *kp_state_exposed(const KpState *state)
{
	return state->exposed;
}

static const char *hint(int code)
{
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "; the next command that changes something sets it aside and begins a new one";
	case SQLITE_READONLY:
		return "; is the file system mounted read-only?";
	default:
		return "";
	}
}

gboolean kp_state_sql_error(KpState *state, const char *doing, GError **error)
{
	int code = sqlite3_errcode(state->db);
	int system = sqlite3_system_errno(state->db);

	g_set_error(error, KP_ERROR,
		    code == SQLITE_BUSY ? KP_ERROR_BUSY : KP_ERROR_FAILED,
		    "cannot %s in %s: %s%s", doing, state->path,
		    code == SQLITE_CANTOPEN && system != 0 ? g_strerror(system)
							   : sqlite3_errmsg(state->db),
		    hint(code));
	return FALSE;
}

gboolean kp_state_run(KpState *state, const char *sql, GError **error)
{
	if (sqlite3_exec(state->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return TRUE;
	return kp_state_sql_error(state, "change the state", error);
}

/* A reader may not change the tables of an older program: it looks at a copy in
 * memory that has been brought up to date. */
static gboolean copy_to_memory(KpState *state, GError **error)
{
	sqlite3 *memory = NULL;
	sqlite3_backup *copy = NULL;

	gboolean whole = FALSE;

	if (sqlite3_open_v2(":memory:", &memory, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
		copy = sqlite3_backup_init(memory, "main", state->db, "main");
	/* that it was locked is told by the step alone */
	if (copy != NULL)
		whole = sqlite3_backup_step(copy, -1) == SQLITE_DONE;
	if (copy == NULL || sqlite3_backup_finish(copy) != SQLITE_OK || !whole) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot read %s: %s", state->path,
			    sqlite3_errmsg(memory));
		sqlite3_close(memory);
		return FALSE;
	}
	sqlite3_close(state->db);
	state->db = memory;
	return kp_state_migrate(state, error);
}

/* A rollback journal, so that readers need no write access; synchronous=EXTRA,
 * because FULL does not sync the folder after the journal is unlinked: after a
 * panic right behind a commit the journal would be back, and undo it. */
static gboolean prepare_database(KpState *state, gboolean writing, GError **error)
{
	g_autofree char *damage = NULL;
	int version = 0;

	if (!writing && !kp_state_misshape(state, &damage, error))
		return FALSE;
	if (damage != NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot use the tables in %s: it is "
			    "damaged (%s)%s", state->path, damage, hint(SQLITE_CORRUPT));
		return FALSE;
	}
	if (!kp_state_read_version(state, &version, error))
		return FALSE;
	if (writing)
		return kp_state_run(state, "PRAGMA synchronous = EXTRA", error) &&
		       kp_state_migrate(state, error);
	/* an empty file has no tables to ask: it is an empty state */
	if (version == 0)
		g_clear_pointer(&state->db, sqlite3_close);
	return version == 0 || version == KP_STATE_VERSION || copy_to_memory(state, error);
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

/* SQLite's locks are for whoever may open the file, and a reader can stop a writer: root
 * alone may, or the caller in a tree of his own. */
static gboolean is_closed(const struct stat *st)
{
	return (st->st_mode & 077) == 0 && (st->st_uid == 0 || st->st_uid == geteuid());
}

/* Who could only read it has changed nothing. */
static void note_exposed(KpState *state, const char *path, const struct stat *st, gboolean closed)
{
	g_autofree char *found = NULL;

	if (st->st_uid != 0 && st->st_uid != geteuid())
		found = g_strdup_printf("it belonged to user %u", (guint)st->st_uid);
	else if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		found = g_strdup_printf("its mode was %04o", st->st_mode & 07777);
	if (found == NULL || state->exposed != NULL)
		return;
	state->exposed = g_strdup_printf(
		"others than root could write %s (%s): who did may have taken away holds and "
		"blocks, or made a patch look as if it had proven good; compare 'kpatch-manager "
		"history' and what is held with what you know. %s", path, found, closed ?
		"It is closed to them now" : "The next command that changes something closes it");
}

/* The journal gets the mode of its database. A descriptor of an existing one is not to be
 * had: closing it would take back the locks of other connections that this process has,
 * fcntl(2). */
static gboolean close_to_others(KpState *state, GError **error)
{
	int fd = open(state->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	g_autofree char *journal = g_strconcat(state->path, "-journal", NULL);
	const char *const names[] = { state->path, journal };
	gboolean closed;
	struct stat st;

	if (fd >= 0)
		close(fd);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		/* a journal that is a link is none: SQLite refuses it, too */
		int failed = i == 0 ? stat(names[i], &st) : lstat(names[i], &st);

		if (failed != 0 || !S_ISREG(st.st_mode) || is_closed(&st))
			continue;
		closed = chown(names[i], geteuid(), (gid_t)-1) == 0 && chmod(names[i], 0600) == 0;
		if (closed || errno == EROFS) {
			note_exposed(state, names[i], &st, closed);
			continue;
		}
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot close %s to others: %s",
			    names[i], g_strerror(errno));
		return FALSE;
	}
	return TRUE;
}

/* The database may be of somebody else's making: a tree that was captured. */
void kp_state_harden(KpState *state)
{
	static const int off[] = {
		SQLITE_DBCONFIG_ENABLE_TRIGGER,
#ifdef SQLITE_DBCONFIG_ENABLE_VIEW
		SQLITE_DBCONFIG_ENABLE_VIEW,
#endif
#ifdef SQLITE_DBCONFIG_TRUSTED_SCHEMA
		SQLITE_DBCONFIG_TRUSTED_SCHEMA,
#endif
	};

	for (gsize i = 0; i < G_N_ELEMENTS(off); i++)
		sqlite3_db_config(state->db, off[i], 0, NULL);
	sqlite3_limit(state->db, SQLITE_LIMIT_LENGTH, LONGEST);
}

static gboolean open_database(KpState *state, int flags, GError **error)
{
	if (sqlite3_open_v2(state->path, &state->db, flags, NULL) != SQLITE_OK)
		return kp_state_sql_error(state, "open the state", error);
	sqlite3_busy_timeout(state->db, BUSY_LIMIT_MS);
	kp_state_harden(state);
	return TRUE;
}

/* SQLite opens what it may not write for reading, and would fail only when the
 * kernel has been changed. */
static gboolean may_write(KpState *state, GError **error)
{
	if (sqlite3_db_readonly(state->db, "main") == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "the state %s cannot be written%s", state->path, hint(SQLITE_READONLY));
	return FALSE;
}

static gboolean begin_new(KpState *state, const char *damage, const char *aside, GError **error)
{
	if (!kp_state_migrate(state, error) || !kp_state_carry(state, aside, error))
		return FALSE;
	if (state->carried)
		kp_state_end_doubt(state);
	g_free(state->warning);
	state->warning = g_strdup_printf(
		"%s was damaged (%s) and is kept as %s; %s, and a new one is begun", state->path,
		damage, aside, state->carried ? "what could be read of it, all holds among it, "
		"was taken over" : "history, holds, blocks and what was proven good are lost but for "
		"what could still be read");
	return TRUE;
}

/* Nothing is set aside for a disk or memory that failed once: all of the file must have
 * been read, twice with the same bytes, and two connections must find it wrong. */
static gboolean is_damaged(KpState *state, char **damage, GError **error)
{
	g_autofree char *first = NULL, *again = NULL, *before = NULL, *after = NULL;

	if (!kp_state_damage(state, &first, error))
		return FALSE;
	if (first == NULL)
		return TRUE;
	if (!kp_state_file_digest(state, &before, error))
		return FALSE;
	g_clear_pointer(&state->db, sqlite3_close);
	if (!open_database(state, WRITING, error) || !kp_state_damage(state, &again, error))
		return FALSE;
	if (again == NULL)
		return TRUE;
	if (!kp_state_file_digest(state, &after, error))
		return FALSE;
	if (!g_str_equal(before, after)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s looks damaged (%s), but each time "
			    "that it is read something else is in it; run this command again, and "
			    "have the disk and the memory checked if it says the same",
			    state->path, again);
		return FALSE;
	}
	*damage = g_steal_pointer(&again);
	return TRUE;
}

static gboolean open_for_writing(KpState *state, GError **error)
{
	g_autofree char *damage = NULL, *aside = NULL;

	if (!make_folder(state->path, error) || !close_to_others(state, error) ||
	    !open_database(state, WRITING, error) || !is_damaged(state, &damage, error))
		return FALSE;
	if (damage == NULL)
		return may_write(state, error);
	return kp_state_set_aside(state, damage, &aside, error) &&
	       close_to_others(state, error) && open_database(state, WRITING, error) &&
	       may_write(state, error) && begin_new(state, damage, aside, error);
}

gboolean kp_state_is_for_us(const char *root)
{
	g_autofree char *path = kp_root_path(root, KP_STATE_FILE);

	return access(path, R_OK) == 0 || errno != EACCES;
}

/* SQLite would wait for ever for whoever writes into a FIFO, and takes a journal that it
 * cannot see for none. *@st is zero where there is no file yet. */
static gboolean is_file(const KpState *state, struct stat *st, GError **error)
{
	g_autofree char *journal = g_strconcat(state->path, "-journal", NULL);
	const char *const names[] = { journal, state->path };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		*st = (struct stat){ 0 };
		if (stat(names[i], st) != 0) {
			if (errno == ENOENT || errno == ENOTDIR)
				continue;
			g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot look at %s: %s",
				    names[i], g_strerror(errno));
			return FALSE;
		}
		if (S_ISREG(st->st_mode))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s is no regular file; move it away", names[i]);
		return FALSE;
	}
	return TRUE;
}

/* A journal that a power cut has left is played back by who reads, too, if he may: until
 * then nobody could read. That of somebody who is at work is left alone by SQLite. */
static int reading(const KpState *state)
{
	g_autofree char *journal = g_strconcat(state->path, "-journal", NULL);
	struct stat st;
	gboolean left = stat(journal, &st) == 0 && st.st_size > 0 && access(journal, W_OK) == 0 &&
			access(state->path, W_OK) == 0;

	return left ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
}

KpState *kp_state_open(const char *root, gboolean writing, GError **error)
{
	g_autoptr(KpState) state = g_new0(KpState, 1);
	struct stat st;
	gboolean ok;

	state->path = kp_root_path(root, KP_STATE_FILE);
	if (!writing && access(state->path, F_OK) != 0 && errno == ENOENT)
		return g_steal_pointer(&state);
	if (!writing && !kp_state_is_for_us(root)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "only root may read %s: history, holds and blocks are not known here; "
			    "run this as root to have them looked at", state->path);
		return NULL;
	}
	if (!is_file(state, &st, error))
		return NULL;
	if (!writing && st.st_mode != 0)
		note_exposed(state, state->path, &st, FALSE);
	ok = writing ? open_for_writing(state, error)
		     : open_database(state, reading(state), error);
	if (!ok || !prepare_database(state, writing, error))
		return NULL;
	return g_steal_pointer(&state);
}

sqlite3_stmt *kp_state_prepare(KpState *state, const char *sql, const char *const *texts,
			       GError **error)
{
	sqlite3_stmt *query = NULL;

	if (sqlite3_prepare_v2(state->db, sql, -1, &query, NULL) != SQLITE_OK) {
		kp_state_sql_error(state, "use the tables", error);
		return NULL;
	}
	for (int i = 0; texts != NULL && texts[i] != NULL; i++)
		if (!kp_state_bind_text(state, query, i + 1, texts[i], error))
			return NULL;
	return query;
}

/* A value that could not be bound is NULL to SQLite, and would be recorded, or compared. */
static gboolean bound(KpState *state, sqlite3_stmt *query, int code, GError **error)
{
	if (code == SQLITE_OK)
		return TRUE;
	kp_state_sql_error(state, "use the tables", error);
	sqlite3_finalize(query);
	return FALSE;
}

gboolean kp_state_bind_text(KpState *state, sqlite3_stmt *query, int at, const char *text,
			    GError **error)
{
	return bound(state, query, sqlite3_bind_text(query, at, text, -1, SQLITE_TRANSIENT), error);
}

gboolean kp_state_bind_int(KpState *state, sqlite3_stmt *query, int at, gint64 value,
			   GError **error)
{
	return bound(state, query, sqlite3_bind_int64(query, at, value), error);
}

gboolean kp_state_step_change(KpState *state, sqlite3_stmt *query, GError **error)
{
	gboolean ok = sqlite3_step(query) == SQLITE_DONE;

	if (!ok)
		kp_state_sql_error(state, "record a change", error);
	sqlite3_finalize(query);
	return ok;
}

gboolean kp_state_each_row(KpState *state, sqlite3_stmt *query, KpRowFunc take,
			   gpointer data, GError **error)
{
	int step;

	while ((step = sqlite3_step(query)) == SQLITE_ROW) {
		take(query, data);
		/* what a column has that could not be had is told here alone */
		if (sqlite3_errcode(state->db) == SQLITE_NOMEM)
			break;
	}
	if (step != SQLITE_DONE)
		kp_state_sql_error(state, "read", error);
	sqlite3_finalize(query);
	return step == SQLITE_DONE;
}

char *kp_state_column_text(sqlite3_stmt *query, int column)
{
	const char *text = (const char *)sqlite3_column_text(query, column);

	return g_strdup(text != NULL ? text : "");
}
