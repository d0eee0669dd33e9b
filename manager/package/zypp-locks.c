/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/zypp/locks: queries, each a paragraph of "key: value". What a query finds is locked:
 * it does not come in, and if it is installed nothing takes its place. One that asks for
 * something that is not known here may find anything. What each means was compared with
 * zypper by tests/package/update/49-zypper-alike.sh. */
#include <string.h>

#include "base/error.h"
#include "package/zypp.h"

#define BLANKS " \t"
#define PATTERN_CHARS "*?[\\"

static const struct { const char *word; guint signs; } signs_table[] = {
	{ "==", KP_LOCK_SAME }, { "=", KP_LOCK_SAME }, { "<", KP_LOCK_LESS }, { ">", KP_LOCK_MORE },
	{ "<=", KP_LOCK_LESS | KP_LOCK_SAME }, { ">=", KP_LOCK_MORE | KP_LOCK_SAME },
	{ "!=", KP_LOCK_LESS | KP_LOCK_MORE },
};

/* What the value of a key is. There are older names for some. */
typedef enum {
	PART_KIND, PART_MODE, PART_CASE, PART_NAME, PART_ARCH, PART_REPO, PART_STATUS, PART_VERSION,
	PART_NOTHING,
} Part;

static const struct { const char *key; Part part; } parts[] = {
	{ "type", PART_KIND }, { "kind", PART_KIND }, { "match_type", PART_MODE },
	{ "string_type", PART_MODE }, { "case_sensitive", PART_CASE }, { "solvable_name", PART_NAME },
	{ "query_string", PART_NAME }, { "global_string", PART_NAME }, { "solvable_arch", PART_ARCH },
	{ "repo", PART_REPO }, { "install_status", PART_STATUS }, { "version", PART_VERSION },
	{ "comment", PART_NOTHING }, { "require_all", PART_NOTHING },
};

/* Strings are of the file's text. */
struct query {
	guint line;
	gboolean packages, others;	/* kinds that are named */
	gboolean unclear;
	gboolean folded;	/* large and small letters are the same */
	const char *mode;	/* of match_type: */
	const char *version;
	const char *status;	/* NULL: installed or not */
	GPtrArray *names, *arches;	/* const char *; what has one of either is found */
	GPtrArray *repos;	/* const char *; none: in any */
};

static void query_clear(struct query *query)
{
	g_ptr_array_unref(query->names);
	g_ptr_array_unref(query->arches);
	g_ptr_array_unref(query->repos);
}

static void query_init(struct query *query, guint line)
{
	*query = (struct query){ .line = line, .mode = "substring", .folded = TRUE,
				 .names = g_ptr_array_new(), .arches = g_ptr_array_new(),
				 .repos = g_ptr_array_new() };
}

static void take_part(struct query *query, Part part, const char *value)
{
	switch (part) {
	case PART_KIND:
		query->packages |= g_str_equal(value, "package");
		query->others |= !g_str_equal(value, "package");
		break;
	case PART_MODE:
		query->mode = value;
		break;
	case PART_CASE:
		query->folded = kp_zypp_boolean(value) != TRUE;
		break;
	case PART_NAME:
		g_ptr_array_add(query->names, (gpointer)value);
		break;
	case PART_ARCH:
		g_ptr_array_add(query->arches, (gpointer)value);
		break;
	case PART_REPO:
		g_ptr_array_add(query->repos, (gpointer)value);
		break;
	case PART_STATUS:
		query->status = g_str_equal(value, "all") ? NULL : value;
		break;
	case PART_VERSION:
		query->version = value;
		break;
	case PART_NOTHING:
		break;
	}
}

static void take_pair(struct query *query, const char *key, const char *value)
{
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
		if (g_str_equal(parts[i].key, key)) {
			take_part(query, parts[i].part, value);
			return;
		}
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

/* "< 1.0", "<1.0" or "1.0"; nothing is any. */
static gboolean add_version(KpVersionLock *lock, const char *version)
{
	gsize length = strspn(version, "=<>!");
	g_autofree char *word = length > 0 ? g_strndup(version, length) : g_strdup("==");
	const char *value = version + length + strspn(version + length, BLANKS);

	if (*version == '\0')
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(signs_table); i++) {
		if (!g_str_equal(signs_table[i].word, word))
			continue;
		add_condition(lock, KP_LOCK_EVR, signs_table[i].signs, value);
		return *value != '\0' && value[strcspn(value, BLANKS)] == '\0';
	}
	return FALSE;
}

/* @name as a pattern, or NULL: a regular expression may mean anything. */
static char *pattern_of(const struct query *query, const char *name)
{
	const gboolean part = g_str_equal(query->mode, "substring");
	g_autoptr(GString) pattern = g_string_new(part ? "*" : "");

	if (*name == '\0' || g_str_equal(query->mode, "glob"))
		return g_strdup(*name == '\0' ? "*" : name);
	if (!part && !g_str_equal(query->mode, "exact"))
		return NULL;
	for (; *name != '\0'; name++) {
		if (strchr(PATTERN_CHARS, *name) != NULL)
			g_string_append_c(pattern, '\\');
		g_string_append_c(pattern, *name);
	}
	if (part)
		g_string_append_c(pattern, '*');
	return g_string_free(g_steal_pointer(&pattern), FALSE);
}

/* A lock with what all of @query says, but for names and architectures. */
static gboolean add_lock(KpVersionLocks *locks, const struct query *query, const char *pattern,
			 const char *repo, KpVersionLock **lock)
{
	*lock = kp_version_lock_add(locks, pattern, query->line);
	(*lock)->folded = query->folded;
	if (repo != NULL)
		add_condition(*lock, KP_LOCK_REPO, KP_LOCK_SAME, repo);
	if (query->status != NULL)
		add_condition(*lock, KP_LOCK_INSTALLED,
			      g_str_equal(query->status, "installed") ? KP_LOCK_SAME :
			      KP_LOCK_LESS | KP_LOCK_MORE, "");
	return (query->status == NULL || g_str_equal(query->status, "installed") ||
		g_str_equal(query->status, "not-installed")) &&
	       (query->version == NULL || add_version(*lock, query->version));
}

/* "NAME", or "NAME > 1.0", which is a name in any mode. */
static gboolean add_name(KpVersionLocks *locks, const struct query *query, const char *text,
			 const char *repo)
{
	g_autofree char *name = g_strndup(text, strcspn(text, BLANKS));
	g_autofree char *pattern = pattern_of(query, name);
	const char *version = text + strlen(name) + strspn(text + strlen(name), BLANKS);
	KpVersionLock *lock;

	return pattern != NULL && add_lock(locks, query, pattern, repo, &lock) &&
	       (*version == '\0' || (strchr("=<>!", *version) != NULL && add_version(lock, version)));
}

static gboolean add_arch(KpVersionLocks *locks, const struct query *query, const char *arch,
			 const char *repo)
{
	KpVersionLock *lock;

	if (!g_str_equal(query->mode, "exact") && !g_str_equal(query->mode, "glob"))
		return FALSE;
	if (!add_lock(locks, query, "*", repo, &lock))
		return FALSE;
	add_condition(lock, KP_LOCK_ARCH, KP_LOCK_SAME, arch);
	return *arch != '\0' && strpbrk(arch, PATTERN_CHARS) == NULL;
}

static gboolean add_locks(KpVersionLocks *locks, const struct query *query, const char *repo)
{
	gboolean ok = !query->unclear;

	for (guint i = 0; ok && i < query->names->len; i++)
		ok = add_name(locks, query, g_ptr_array_index(query->names, i), repo);
	for (guint i = 0; ok && i < query->arches->len; i++)
		ok = add_arch(locks, query, g_ptr_array_index(query->arches, i), repo);
	return ok;
}

static gboolean take_query(KpVersionLocks *locks, const struct query *query, GError **error)
{
	gboolean ok = TRUE;

	if (query->others && !query->packages)
		return TRUE;
	if (query->names->len == 0 && query->arches->len == 0)
		g_ptr_array_add(query->names, (gpointer)"");
	for (guint i = 0; ok && i < MAX(query->repos->len, 1); i++)
		ok = add_locks(locks, query, query->repos->len > 0 ? g_ptr_array_index(query->repos, i)
								   : NULL);
	if (!ok)
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "line %u: this lock is about more than names, "
			    "releases, architectures and repositories", query->line);
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
