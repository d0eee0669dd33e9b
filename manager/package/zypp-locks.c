/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/zypp/locks: queries, each a paragraph of "key: value". What a query finds is locked:
 * it does not come in, and if it is installed nothing takes its place. One that is about
 * something else than names, releases and architectures may find anything. */
#include <string.h>

#include "base/error.h"
#include "package/zypp.h"

static const struct { const char *word; guint signs; } signs_table[] = {
	{ "==", KP_LOCK_SAME }, { "=", KP_LOCK_SAME }, { "<", KP_LOCK_LESS }, { ">", KP_LOCK_MORE },
	{ "<=", KP_LOCK_LESS | KP_LOCK_SAME }, { ">=", KP_LOCK_MORE | KP_LOCK_SAME },
	{ "!=", KP_LOCK_LESS | KP_LOCK_MORE },
};

struct query {
	guint line;
	gboolean other;		/* it is not about packages */
	gboolean unclear;
	gboolean folded;	/* large and small letters are the same */
	const char *mode;	/* of match_type: */
	const char *version;
	GPtrArray *names, *arches;	/* const char * */
};

static void query_clear(struct query *query)
{
	g_ptr_array_unref(query->names);
	g_ptr_array_unref(query->arches);
}

static void query_init(struct query *query, guint line)
{
	*query = (struct query){ .line = line, .mode = "substring", .folded = TRUE,
				 .names = g_ptr_array_new(), .arches = g_ptr_array_new() };
}

static void take_pair(struct query *query, const char *key, const char *value)
{
	if (g_str_equal(key, "type"))
		query->other |= !g_str_equal(value, "package");
	else if (g_str_equal(key, "match_type"))
		query->mode = value;
	else if (g_str_equal(key, "case_sensitive"))
		query->folded = !g_str_equal(value, "on");
	else if (g_str_equal(key, "solvable_name"))
		g_ptr_array_add(query->names, (gpointer)value);
	else if (g_str_equal(key, "solvable_arch"))
		g_ptr_array_add(query->arches, (gpointer)value);
	else if (g_str_equal(key, "version"))
		query->version = value;
	else if (!g_str_equal(key, "query_string") && !g_str_equal(key, "repo") &&
		 !g_str_equal(key, "install_status"))
		query->unclear = TRUE;
}

static void add_condition(KpVersionLock *lock, KpLockKey key, guint signs, const char *value)
{
	KpLockCondition *condition = g_new0(KpLockCondition, 1);

	condition->key = key;
	condition->signs = signs;
	condition->value = g_strdup(value);
	g_ptr_array_add(lock->conditions, condition);
}

/* "< 1.0" or "1.0" */
static gboolean add_version(KpVersionLock *lock, const char *version)
{
	const char *value = version + strcspn(version, " ");
	g_autofree char *word = g_strndup(version, (gsize)(value - version));

	value += strspn(value, " ");
	if (*value == '\0') {
		add_condition(lock, KP_LOCK_EVR, KP_LOCK_SAME, version);
		return *version != '\0';
	}
	for (gsize i = 0; i < G_N_ELEMENTS(signs_table); i++) {
		if (!g_str_equal(signs_table[i].word, word))
			continue;
		add_condition(lock, KP_LOCK_EVR, signs_table[i].signs, value);
		return TRUE;
	}
	return FALSE;
}

/* @name as a pattern, or NULL: a regular expression may mean anything. */
static char *pattern_of(const struct query *query, const char *name)
{
	if (g_str_equal(query->mode, "glob") || g_str_equal(query->mode, "exact"))
		return g_strdup(name);
	return g_str_equal(query->mode, "substring") ? g_strdup_printf("*%s*", name) : NULL;
}

static gboolean add_lock(KpVersionLocks *locks, const struct query *query, const char *name,
			 const char *arch)
{
	char *pattern = pattern_of(query, name);
	KpVersionLock *lock;

	if (pattern == NULL)
		return FALSE;
	lock = kp_version_lock_add(locks, pattern, query->line);
	g_free(pattern);
	lock->folded = query->folded;
	if (arch != NULL)
		add_condition(lock, KP_LOCK_ARCH, KP_LOCK_SAME, arch);
	return query->version == NULL || add_version(lock, query->version);
}

static gboolean take_query(KpVersionLocks *locks, const struct query *query, GError **error)
{
	gboolean ok = !query->unclear && query->names->len > 0;

	if (query->other)
		return TRUE;
	for (guint i = 0; ok && i < query->names->len; i++) {
		const char *name = g_ptr_array_index(query->names, i);

		for (guint j = 0; ok && j < MAX(query->arches->len, 1); j++)
			ok = add_lock(locks, query, name, query->arches->len == 0 ? NULL :
				      g_ptr_array_index(query->arches, j));
	}
	if (!ok)
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "line %u: this lock is about more than names, "
			    "releases and architectures", query->line);
	return ok;
}

static gboolean end_paragraph(KpVersionLocks *locks, struct query *query, gboolean any,
			      GError **error)
{
	gboolean ok = !any || take_query(locks, query, error);

	query_clear(query);
	return ok;
}

gboolean kp_zypp_locks(KpVersionLocks *locks, const char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	gboolean any = FALSE;
	struct query query;

	locks->takes_away = TRUE;
	query_init(&query, 1);
	for (guint i = 0; lines[i] != NULL; i++) {
		char *colon;

		g_strstrip(lines[i]);
		if (*lines[i] == '#')
			continue;
		if (*lines[i] == '\0') {
			if (!end_paragraph(locks, &query, any, error))
				return FALSE;
			query_init(&query, i + 2);
			any = FALSE;
			continue;
		}
		any = TRUE;
		colon = strchr(lines[i], ':');
		if (colon == NULL) {
			query.unclear = TRUE;
			continue;
		}
		*colon = '\0';
		take_pair(&query, g_strchomp(lines[i]), g_strchug(colon + 1));
	}
	return end_paragraph(locks, &query, any, error);
}
