/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can still be read of a database that is not used any more. What comes out of it is
 * believed, for digests do not come about by chance; what does not is not known, and
 * until somebody has dealt with that a file of its own says so. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "base/state-private.h"

/* in a table: pages that are damaged may lead round in circles */
#define MOST_ROWS "20000"

static const struct {
	const char *name;
	const char *columns;
	const char *marks;
} tables[] = {
	{ "holds", "kver, name, version, sha256, reason, since, kind", "?,?,?,?,?,?,?" },
	{ "good", "id, kver, name, version, sha256, at", "?,?,?,?,?,?" },
	{ "attempts", "kver, name, version, sha256, boot_id, at, count", "?,?,?,?,?,?,?" },
	{ "history", "id, at, boot_id, kver, action, name, version, sha256, backend, result,"
	  " detail, signer, signer_sha256, origin", "?,?,?,?,?,?,?,?,?,?,?,?,?,?" },
};

/* As it lies there, without locks and without playing back a journal. */
static gboolean open_remains(KpState *remains)
{
	g_autofree char *path = g_canonicalize_filename(remains->path, NULL);
	g_autofree char *uri = g_filename_to_uri(path, NULL, NULL);
	g_autofree char *name = g_strconcat(uri, "?immutable=1", NULL);
	struct stat st;

	/* that of a FIFO would never come to an end */
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    sqlite3_open_v2(name, &remains->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) !=
	    SQLITE_OK)
		return FALSE;
	kp_state_harden(remains);
	return TRUE;
}

static KpState *remains_of(const char *path)
{
	g_autoptr(KpState) remains = g_new0(KpState, 1);

	remains->path = g_strdup(path);
	return open_remains(remains) ? g_steal_pointer(&remains) : NULL;
}

/* Values of @from into a row of @to; one that the table does not take is left out. FALSE
 * when it may be the disk or memory that does not. */
static gboolean carry_row(sqlite3_stmt *from, sqlite3_stmt *to)
{
	gboolean ok = TRUE;

	for (int i = 0; i < sqlite3_column_count(from); i++)
		ok &= sqlite3_bind_value(to, i + 1, sqlite3_column_value(from, i)) == SQLITE_OK;
	ok = ok && sqlite3_step(to) == SQLITE_DONE;
	sqlite3_reset(to);
	return ok;
}

/* TRUE when the table was read to its end. */
static gboolean carry_table(KpState *from, KpState *to, gsize table)
{
	g_autofree char *ask = g_strdup_printf("SELECT %s FROM %s LIMIT " MOST_ROWS,
					       tables[table].columns, tables[table].name);
	g_autofree char *add = g_strdup_printf("INSERT OR IGNORE INTO %s (%s) VALUES (%s)",
					       tables[table].name, tables[table].columns,
					       tables[table].marks);
	sqlite3_stmt *query = kp_state_prepare(from, ask, NULL, NULL);
	sqlite3_stmt *insert = kp_state_prepare(to, add, NULL, NULL);
	int step = SQLITE_ERROR;
	gboolean ok = TRUE;

	while (query != NULL && insert != NULL && (step = sqlite3_step(query)) == SQLITE_ROW)
		ok &= carry_row(query, insert);
	sqlite3_finalize(query);
	sqlite3_finalize(insert);
	return ok && step == SQLITE_DONE;
}

gboolean kp_state_carry(KpState *state, const char *aside, GError **error)
{
	g_autoptr(KpState) remains = remains_of(aside);
	gboolean whole = remains != NULL && kp_state_holds_are_whole(remains);

	state->carried = FALSE;
	if (remains == NULL)
		return TRUE;
	if (!kp_state_run(state, "BEGIN IMMEDIATE", error))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
		if (!carry_table(remains, state, i) && i == 0)
			whole = FALSE;
	if (!kp_state_run(state, "COMMIT", error))
		return FALSE;
	state->carried = whole;
	return TRUE;
}

KpState *kp_state_open_remains(const char *root, gboolean *whole)
{
	g_autofree char *path = kp_root_path(root, KP_STATE_FILE);
	KpState *remains = remains_of(path);

	*whole = remains != NULL && kp_state_holds_are_whole(remains);
	return remains;
}

static char *doubt_path(const char *state_path)
{
	return g_strconcat(state_path, ".doubt", NULL);
}

/* On disk before anything is moved: a machine that dies half-way is as careful. */
gboolean kp_state_begin_doubt(const char *state_path, GError **error)
{
	g_autofree char *path = doubt_path(state_path);
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		close(fd);
	if (fd >= 0 && kp_sync_folder(folder))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot make %s: %s", path,
		    g_strerror(errno));
	return FALSE;
}

void kp_state_end_doubt(const KpState *state)
{
	g_autofree char *path = doubt_path(state->path);

	unlink(path);
}

gboolean kp_state_is_doubted(const KpState *state)
{
	g_autofree char *path = doubt_path(state->path);
	struct stat st;

	return lstat(path, &st) == 0;
}
