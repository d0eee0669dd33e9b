/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/state-private.h"

static const char *const kind_words[] = {
	[KP_HOLD_HELD] = "held",
	[KP_HOLD_BLOCKED] = "blocked",
};

const char *kp_hold_word(KpHoldKind kind)
{
	return kind_words[kind];
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

static void take_hold(sqlite3_stmt *query, gpointer data)
{
	g_autofree char *kind = kp_state_column_text(query, 6);
	KpHold *hold = g_new0(KpHold, 1);

	hold->kver = kp_state_column_text(query, 0);
	hold->name = kp_state_column_text(query, 1);
	hold->version = kp_state_column_text(query, 2);
	hold->sha256 = kp_state_column_text(query, 3);
	hold->reason = kp_state_column_text(query, 4);
	hold->since = sqlite3_column_int64(query, 5);
	hold->kind = g_str_equal(kind, "blocked") ? KP_HOLD_BLOCKED : KP_HOLD_HELD;
	g_ptr_array_add(data, hold);
}

GPtrArray *kp_state_holds(KpState *state, const char *kver, GError **error)
{
	g_autoptr(GPtrArray) holds =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_hold_free);
	sqlite3_stmt *query;

	if (state->db == NULL)
		return g_steal_pointer(&holds);
	query = kp_state_prepare(state, "SELECT kver, name, version, sha256, reason, since, kind"
				 " FROM holds WHERE ?1 IS NULL OR kver = ?1"
				 " ORDER BY since, version, kind", NULL, error);
	if (query == NULL || !kp_state_bind_text(state, query, 1, kver, error) ||
	    !kp_state_each_row(state, query, take_hold, holds, error))
		return NULL;
	return g_steal_pointer(&holds);
}

gboolean kp_state_add_hold(KpState *state, const KpHold *hold, gboolean *added,
			   GError **error)
{
	const char *texts[] = { hold->kver, hold->name, hold->version, hold->sha256,
				hold->reason, kp_hold_word(hold->kind), NULL };
	/* OR IGNORE would ignore that a column is NULL, too */
	sqlite3_stmt *query = kp_state_prepare(state,
		"INSERT INTO holds (kver, name, version, sha256, reason, kind, since)"
		" VALUES (?,?,?,?,?,?,?) ON CONFLICT (kver, sha256, kind) DO NOTHING", texts, error);

	if (query == NULL || !kp_state_bind_int(state, query, 7, hold->since, error) ||
	    !kp_state_step_change(state, query, error))
		return FALSE;
	*added = sqlite3_changes(state->db) > 0;
	return TRUE;
}

gboolean kp_state_drop_hold(KpState *state, const char *kver, const char *sha256,
			    GError **error)
{
	const char *texts[] = { kver, sha256, NULL };
	sqlite3_stmt *query = kp_state_prepare(state,
		"DELETE FROM holds WHERE kver = ? AND sha256 = ?", texts, error);

	return query != NULL && kp_state_step_change(state, query, error);
}

gboolean kp_state_drop_block(KpState *state, const char *kver, const char *sha256,
			     GError **error)
{
	const char *texts[] = { kver, sha256, kp_hold_word(KP_HOLD_BLOCKED), NULL };
	sqlite3_stmt *query = kp_state_prepare(state,
		"DELETE FROM holds WHERE kver = ? AND sha256 = ? AND kind = ?", texts, error);

	return query != NULL && kp_state_step_change(state, query, error);
}
