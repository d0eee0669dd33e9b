/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot guard's memory: what is being tried, and what was proven good. */
#include "base/state-private.h"

void kp_attempt_free(KpAttempt *attempt)
{
	if (attempt == NULL)
		return;
	g_free(attempt->kver);
	g_free(attempt->name);
	g_free(attempt->version);
	g_free(attempt->sha256);
	g_free(attempt->boot_id);
	g_free(attempt);
}

void kp_good_free(KpGood *good)
{
	if (good == NULL)
		return;
	g_free(good->kver);
	g_free(good->name);
	g_free(good->version);
	g_free(good->sha256);
	g_free(good);
}

static gint64 now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

gboolean kp_state_begin_attempt(KpState *state, const char *kver, const KpIdentity *patch,
				const char *boot_id, GError **error)
{
	const char *texts[] = { kver, patch->name, patch->version, patch->sha256, boot_id, NULL };
	sqlite3_stmt *query = kp_state_prepare(state,
		"INSERT INTO attempts (kver, name, version, sha256, boot_id, at, count)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1) ON CONFLICT (kver) DO UPDATE SET"
		" count = CASE sha256 WHEN excluded.sha256 THEN count + 1 ELSE 1 END,"
		" name = excluded.name, version = excluded.version, sha256 = excluded.sha256,"
		" boot_id = excluded.boot_id, at = excluded.at", texts, error);

	return query != NULL && kp_state_bind_int(state, query, 6, now(), error) &&
	       kp_state_step_change(state, query, error);
}

static void take_attempt(sqlite3_stmt *query, gpointer data)
{
	KpAttempt **attempt = data;

	*attempt = g_new0(KpAttempt, 1);
	(*attempt)->kver = kp_state_column_text(query, 0);
	(*attempt)->name = kp_state_column_text(query, 1);
	(*attempt)->version = kp_state_column_text(query, 2);
	(*attempt)->sha256 = kp_state_column_text(query, 3);
	(*attempt)->boot_id = kp_state_column_text(query, 4);
	(*attempt)->at = sqlite3_column_int64(query, 5);
	(*attempt)->count = sqlite3_column_int64(query, 6);
}

gboolean kp_state_attempt(KpState *state, const char *kver, KpAttempt **attempt, GError **error)
{
	const char *texts[] = { kver, NULL };
	sqlite3_stmt *query;

	*attempt = NULL;
	if (state->db == NULL)
		return TRUE;
	query = kp_state_prepare(state, "SELECT kver, name, version, sha256, boot_id, at, count"
				 " FROM attempts WHERE kver = ?", texts, error);
	return query != NULL && kp_state_each_row(state, query, take_attempt, attempt, error);
}

gboolean kp_state_end_attempt(KpState *state, const char *kver, GError **error)
{
	const char *texts[] = { kver, NULL };
	sqlite3_stmt *query = kp_state_prepare(state, "DELETE FROM attempts WHERE kver = ?",
					       texts, error);

	return query != NULL && kp_state_step_change(state, query, error);
}

/* A row that is replaced gets a new id: the order is that of proofs, and does
 * not depend on the clock. */
gboolean kp_state_set_good(KpState *state, const char *kver, const KpIdentity *patch,
			   GError **error)
{
	const char *texts[] = { kver, patch->name, patch->version, patch->sha256, NULL };
	sqlite3_stmt *query = kp_state_prepare(state,
		"INSERT OR REPLACE INTO good (kver, name, version, sha256, at)"
		" VALUES (?,?,?,?,?)", texts, error);

	return query != NULL && kp_state_bind_int(state, query, 5, now(), error) &&
	       kp_state_step_change(state, query, error);
}

static void take_good(sqlite3_stmt *query, gpointer data)
{
	KpGood *good = g_new0(KpGood, 1);

	good->kver = kp_state_column_text(query, 0);
	good->name = kp_state_column_text(query, 1);
	good->version = kp_state_column_text(query, 2);
	good->sha256 = kp_state_column_text(query, 3);
	good->at = sqlite3_column_int64(query, 4);
	g_ptr_array_add(data, good);
}

/* What was proven good for @kver, the last first; only @sha256 unless NULL. */
static GPtrArray *read_good(KpState *state, const char *kver, const char *sha256,
			    GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)kp_good_free);
	const char *texts[] = { kver, sha256, NULL };
	sqlite3_stmt *query;

	if (state->db == NULL)
		return g_steal_pointer(&all);
	query = kp_state_prepare(state, "SELECT kver, name, version, sha256, at FROM good"
				 " WHERE kver = ?1 AND (?2 IS NULL OR sha256 = ?2)"
				 " ORDER BY id DESC", texts, error);
	if (query == NULL || !kp_state_each_row(state, query, take_good, all, error))
		return NULL;
	return g_steal_pointer(&all);
}

gboolean kp_state_last_good(KpState *state, const char *kver, KpGood **good, GError **error)
{
	g_autoptr(GPtrArray) all = read_good(state, kver, NULL, error);

	*good = NULL;
	if (all == NULL)
		return FALSE;
	if (all->len > 0)
		*good = g_ptr_array_steal_index(all, 0);
	return TRUE;
}

gboolean kp_state_is_good(KpState *state, const char *kver, const char *sha256)
{
	g_autoptr(GPtrArray) all = read_good(state, kver, sha256, NULL);

	return all != NULL && all->len > 0;
}
