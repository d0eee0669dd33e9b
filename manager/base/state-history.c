/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/state-private.h"

#define COLUMNS "at, boot_id, kver, action, name, version, sha256, backend, result, detail, " \
		"signer, signer_sha256, origin"

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
	g_free(record->signer);
	g_free(record->signer_sha256);
	g_free(record->origin);
	g_free(record);
}

gboolean kp_state_add_record(KpState *state, const KpRecord *record, GError **error)
{
	const char *texts[] = { record->boot_id, record->kver, record->action,
				record->name, record->version, record->sha256,
				record->backend, record->result, record->detail,
				record->signer != NULL ? record->signer : "",
				record->signer_sha256 != NULL ? record->signer_sha256 : "",
				record->origin != NULL ? record->origin : "", NULL };
	sqlite3_stmt *query = kp_state_prepare(state,
		"INSERT INTO history (boot_id, kver, action, name, version, sha256,"
		" backend, result, detail, signer, signer_sha256, origin, at)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", texts, error);

	return query != NULL && kp_state_bind_int(state, query, 13, record->at, error) &&
	       kp_state_step_change(state, query, error);
}

static void take_record(sqlite3_stmt *query, gpointer data)
{
	KpRecord *record = g_new0(KpRecord, 1);

	record->at = sqlite3_column_int64(query, 0);
	record->boot_id = kp_state_column_text(query, 1);
	record->kver = kp_state_column_text(query, 2);
	record->action = kp_state_column_text(query, 3);
	record->name = kp_state_column_text(query, 4);
	record->version = kp_state_column_text(query, 5);
	record->sha256 = kp_state_column_text(query, 6);
	record->backend = kp_state_column_text(query, 7);
	record->result = kp_state_column_text(query, 8);
	record->detail = kp_state_column_text(query, 9);
	record->signer = kp_state_column_text(query, 10);
	record->signer_sha256 = kp_state_column_text(query, 11);
	record->origin = kp_state_column_text(query, 12);
	g_ptr_array_add(data, record);
}

/* Records of @kver about @name with @result (any when NULL), newest first, at most
 * @limit. */
static GPtrArray *read_records(KpState *state, const char *kver, const char *name,
			       const char *result, gint64 limit, GError **error)
{
	g_autoptr(GPtrArray) records =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_record_free);
	sqlite3_stmt *query;

	if (state->db == NULL)
		return g_steal_pointer(&records);
	query = kp_state_prepare(state, "SELECT " COLUMNS " FROM history"
				 " WHERE (?1 IS NULL OR kver = ?1) AND (?2 IS NULL OR result = ?2)"
				 " AND (?3 IS NULL OR name = ?3)"
				 " ORDER BY id DESC LIMIT ?4", NULL, error);
	/* SQLite takes a negative limit for none */
	if (query == NULL || !kp_state_bind_text(state, query, 1, kver, error) ||
	    !kp_state_bind_text(state, query, 2, result, error) ||
	    !kp_state_bind_text(state, query, 3, name, error) ||
	    !kp_state_bind_int(state, query, 4, limit > 0 ? limit : -1, error) ||
	    !kp_state_each_row(state, query, take_record, records, error))
		return NULL;
	return g_steal_pointer(&records);
}

GPtrArray *kp_state_history(KpState *state, const char *kver, gint64 limit, GError **error)
{
	return read_records(state, kver, NULL, NULL, limit, error);
}

static gboolean read_last(KpState *state, const char *kver, const char *name, const char *result,
			  KpRecord **record, GError **error)
{
	g_autoptr(GPtrArray) records = read_records(state, kver, name, result, 1, error);

	*record = NULL;
	if (records == NULL)
		return FALSE;
	if (records->len > 0)
		*record = g_ptr_array_steal_index(records, 0);
	return TRUE;
}

gboolean kp_state_last_record(KpState *state, const char *kver, const char *result,
			      KpRecord **record, GError **error)
{
	return read_last(state, kver, NULL, result, record, error);
}

gboolean kp_state_last_load(KpState *state, const char *kver, const char *name,
			    KpRecord **record, GError **error)
{
	return read_last(state, kver, name, "done", record, error);
}

gint64 kp_state_live_since(KpState *state, const char *kver, const char *name,
			   const char *boot_id)
{
	const char *texts[] = { kver, name, boot_id, NULL };
	sqlite3_stmt *query;
	gint64 at = 0;

	if (state->db == NULL)
		return 0;
	query = kp_state_prepare(state, "SELECT at FROM history WHERE kver = ? AND name = ?"
				 " AND boot_id = ? AND result = 'done' ORDER BY id DESC LIMIT 1",
				 texts, NULL);
	if (query == NULL)
		return 0;
	if (sqlite3_step(query) == SQLITE_ROW)
		at = sqlite3_column_int64(query, 0);
	sqlite3_finalize(query);
	return at;
}
