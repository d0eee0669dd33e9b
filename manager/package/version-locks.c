/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As dnf5 reads it, a lock without a name or without a condition is none. It also skips a
 * condition that it does not know, and what it locks then is anybody's guess: with us
 * such a lock lets nothing in. */
#include "base/version-locks.h"

#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/root.h"
#include "package/dnf-rules.h"
#include "package/small-file.h"
#include "package/toml.h"
#include "package/zypp.h"

#define VERSION "1.0"

static const struct { const char *word; KpLockKey key; } keys[] = {
	{ "epoch", KP_LOCK_EPOCH }, { "evr", KP_LOCK_EVR }, { "arch", KP_LOCK_ARCH },
};

static const struct { const char *word; guint signs; } comparators[] = {
	{ "=", KP_LOCK_SAME },
	{ "==", KP_LOCK_SAME },
	{ "<", KP_LOCK_LESS },
	{ "<=", KP_LOCK_LESS | KP_LOCK_SAME },
	{ ">", KP_LOCK_MORE },
	{ ">=", KP_LOCK_MORE | KP_LOCK_SAME },
	{ "<>", KP_LOCK_LESS | KP_LOCK_MORE },
	{ "!=", KP_LOCK_LESS | KP_LOCK_MORE },
};

static void condition_free(gpointer data)
{
	KpLockCondition *condition = data;

	g_free(condition->value);
	g_free(condition);
}

static void lock_free(gpointer data)
{
	KpVersionLock *lock = data;

	g_free(lock->name);
	g_ptr_array_unref(lock->conditions);
	g_free(lock);
}

void kp_version_locks_free(KpVersionLocks *locks)
{
	if (locks == NULL)
		return;
	g_free(locks->file);
	g_free(locks->problem);
	g_free(locks->digest);
	g_ptr_array_unref(locks->locks);
	g_free(locks);
}

static const char *said(const KpTomlTable *table, const char *key)
{
	const char *value = g_hash_table_lookup(table->values, key);

	return value != NULL ? value : "";
}

static gboolean find_key(const char *word, KpLockKey *key)
{
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (!g_str_equal(keys[i].word, word))
			continue;
		*key = keys[i].key;
		return TRUE;
	}
	return FALSE;
}

/* 0: there is no such comparator. */
static guint find_signs(const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(comparators); i++)
		if (g_str_equal(comparators[i].word, word))
			return comparators[i].signs;
	return 0;
}

/* An architecture is neither less nor more, and an epoch is a number. */
static gboolean value_fits(const KpLockCondition *condition)
{
	const char *value = condition->value;

	switch (condition->key) {
	case KP_LOCK_EPOCH:
		return *value != '\0' && strlen(value) < 10 && value[strspn(value, "0123456789")] == '\0';
	case KP_LOCK_ARCH:
		return *value != '\0' && (condition->signs == KP_LOCK_SAME ||
					  condition->signs == (KP_LOCK_LESS | KP_LOCK_MORE));
	case KP_LOCK_EVR:
	case KP_LOCK_REPO:
	case KP_LOCK_INSTALLED:
		break;
	}
	return *value != '\0';
}

static void add_condition(KpVersionLocks *locks, KpVersionLock *lock, const KpTomlTable *table,
			  GPtrArray *warnings)
{
	KpLockCondition *condition = g_new0(KpLockCondition, 1);
	gboolean known = find_key(said(table, "key"), &condition->key);
	g_autofree char *name = NULL;

	condition->signs = find_signs(said(table, "comparator"));
	condition->value = g_strdup(said(table, "value"));
	g_ptr_array_add(lock->conditions, condition);
	if (known && condition->signs != 0 && value_fits(condition))
		return;
	lock->unclear = TRUE;
	name = kp_text_printable(lock->name);
	g_ptr_array_add(warnings, g_strdup_printf(
		"%s: line %u: this condition is not known; nothing that is called %s is installed",
		locks->file, table->line, name));
}

KpVersionLock *kp_version_lock_add(KpVersionLocks *locks, const char *name, guint line)
{
	KpVersionLock *lock = g_new0(KpVersionLock, 1);

	lock->name = g_strdup(name);
	lock->line = line;
	lock->conditions = g_ptr_array_new_with_free_func(condition_free);
	g_ptr_array_add(locks->locks, lock);
	return lock;
}

static gboolean take_table(KpVersionLocks *locks, const KpTomlTable *table, GPtrArray *warnings,
			   GError **error)
{
	KpVersionLock *last = locks->locks->len == 0 ? NULL :
			      g_ptr_array_index(locks->locks, locks->locks->len - 1);

	if (g_str_equal(table->name, "packages")) {
		kp_version_lock_add(locks, said(table, "name"), table->line);
	} else if (g_str_equal(table->name, "packages.conditions") && last != NULL) {
		add_condition(locks, last, table, warnings);
	} else {
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
			    "line %u: neither [[packages]] nor a condition of one", table->line);
		return FALSE;
	}
	return TRUE;
}

static gboolean take_tables(KpVersionLocks *locks, const GPtrArray *tables, GPtrArray *warnings,
			    GError **error)
{
	const KpTomlTable *top = g_ptr_array_index(tables, 0);
	const char *version = g_hash_table_lookup(top->values, "version");

	if (version == NULL && tables->len > 1)
		g_ptr_array_add(warnings, g_strdup_printf(
			"%s: dnf5 takes no notice of it without version = \"" VERSION
			"\" in its first line, and neither does kpatch-manager", locks->file));
	if (version == NULL)
		return TRUE;
	if (!g_str_equal(version, VERSION)) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG,
				    "its version is not " VERSION);
		return FALSE;
	}
	for (guint i = 1; i < tables->len; i++)
		if (!take_table(locks, g_ptr_array_index(tables, i), warnings, error))
			return FALSE;
	return TRUE;
}

/* Takes away what is no lock. */
static void drop_empty(GPtrArray *list)
{
	for (guint i = list->len; i-- > 0;) {
		const KpVersionLock *lock = g_ptr_array_index(list, i);

		if (*lock->name == '\0' || lock->conditions->len == 0)
			g_ptr_array_remove_index(list, i);
	}
}

/* Without the locks of a file that is not understood in all its lines. */
static void not_understood(KpVersionLocks *locks, const GError *error)
{
	locks->problem = kp_text_printable(error->message);
	g_ptr_array_set_size(locks->locks, 0);
}

static KpVersionLocks *new_locks(const char *file)
{
	KpVersionLocks *locks = g_new0(KpVersionLocks, 1);

	locks->file = kp_text_printable(file);
	locks->digest = g_strdup("");
	locks->locks = g_ptr_array_new_with_free_func(lock_free);
	return locks;
}

KpVersionLocks *kp_version_locks_parse(const char *file, const char *text, gsize size,
				       GPtrArray *warnings)
{
	KpVersionLocks *locks = new_locks(file);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) tables = kp_toml_parse(text, size, &error);

	g_free(locks->digest);
	locks->digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, size);
	if (tables != NULL && take_tables(locks, tables, warnings, &error)) {
		drop_empty(locks->locks);
		return locks;
	}
	not_understood(locks, error);
	g_ptr_array_add(warnings, g_strdup_printf(
		"%s: %s; nothing is installed until it is understood: mend it, or have "
		"'dnf5 versionlock' write it", locks->file, locks->problem));
	return locks;
}

KpVersionLocks *kp_zypp_locks_parse(const char *file, const char *text, gsize size,
				    GPtrArray *warnings)
{
	KpVersionLocks *locks = new_locks(file);
	g_autofree char *copy = g_strndup(text, size);
	g_autoptr(GError) error = NULL;

	g_free(locks->digest);
	locks->digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, size);
	if (memchr(text, '\0', size) != NULL)
		g_set_error_literal(&error, KP_ERROR, KP_ERROR_CONFIG, "this is no text");
	else if (kp_zypp_locks(locks, copy, &error))
		return locks;
	not_understood(locks, error);
	g_ptr_array_add(warnings, g_strdup_printf(
		"%s: %s; nothing is installed while it is there: lock a name instead "
		"('zypper addlock NAME')", locks->file, locks->problem));
	return locks;
}

KpVersionLocks *kp_version_locks_read(const char *root, GPtrArray *warnings)
{
	const KpDnfRules *rules = kp_dnf_rules(root);
	const char *file = rules->locks;
	g_autofree char *path = file != NULL ? kp_root_path(root, file) : NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	KpVersionLocks *locks;
	gsize size = 0;

	if (path == NULL)
		return NULL;
	text = kp_small_file_read(root, path, KP_TOML_MAX, &size, &error);
	if (text != NULL)
		return (rules->zypp ? kp_zypp_locks_parse : kp_version_locks_parse)(path, text, size,
										     warnings);
	if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
	    g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
		return NULL;
	locks = new_locks(path);
	not_understood(locks, error);
	g_ptr_array_add(warnings, g_strdup_printf(
		"%s; it may lock any package, so that none is installed", locks->problem));
	return locks;
}
