/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/settings.h"

#include <errno.h>
#include <string.h>

#include "base/coverage.h"
#include "base/error.h"
#include "base/listing.h"
#include "base/guarded.h"
#include "base/root.h"

#define MOST_BYTES (1024 * 1024)

typedef enum { SETTING_NUMBER, SETTING_PATH, SETTING_LIST, SETTING_CHOICE,
	       SETTING_RULES } SettingType;

/* in the order of KpVerifyPolicy */
static const char *const verify_words[] = { "required", "warn", "off", NULL };

/* in the order of KpExpiredPolicy */
static const char *const expired_words[] = { "refused", "kept", NULL };

/* in the order of KpPackagePolicy */
static const char *const package_words[] = { "required", "warn", NULL };

/* One row per key; the man page has them in the same order. */
static const struct setting {
	const char *group;
	const char *key;
	SettingType type;
	gsize offset;
	const char *initial;	/* NULL: nothing */
	gint64 least, most;	/* of numbers */
	const char *const *words;	/* of choices; the index is stored */
} setting_table[] = {
	{ "apply", "retry-limit", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, retry_limit), "10", 0, 3600, NULL },
	{ "apply", "transition-limit", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, transition_limit), "60", 1, 86400, NULL },
	{ "apply", "lock-limit", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, lock_limit), "30", 0, 3600, NULL },
	{ "trial", "window", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, trial_window), "0", 0, 86400, NULL },
	{ "trial", "interval", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, trial_interval), "5", 1, 3600, NULL },
	{ "trial", "timeout", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, trial_timeout), "30", 1, 3600, NULL },
	{ "boot", "good-after", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, good_after), "60", 1, 86400, NULL },
	{ "store", "keep", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, keep), "3", 2, 1000, NULL },
	{ "verify", "modules", SETTING_CHOICE,
	  G_STRUCT_OFFSET(KpSettings, verify_modules), "required", 0, 0, verify_words },
	{ "verify", "expired", SETTING_CHOICE,
	  G_STRUCT_OFFSET(KpSettings, verify_expired), "refused", 0, 0, expired_words },
	{ "verify", "warn-days", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, expire_warn_days), "30", 0, 3650, NULL },
	{ "packages", "rpmdb", SETTING_PATH,
	  G_STRUCT_OFFSET(KpSettings, rpmdb), "auto", 0, 0, NULL },
	{ "packages", "patches", SETTING_LIST,
	  G_STRUCT_OFFSET(KpSettings, patch_globs), "kpatch-patch-*", 0, 0, NULL },
	{ "packages", "verify", SETTING_CHOICE,
	  G_STRUCT_OFFSET(KpSettings, verify_packages), "required", 0, 0, package_words },
	{ "packages", "lock-limit", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, rpm_lock_limit), "60", 0, 3600, NULL },
	{ "packages", "size-limit", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, size_limit), "1024", 1, 1048576, NULL },
	{ "packages", "stale-after", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, stale_days), "90", 0, 3650, NULL },
	{ "coverage", "warn-days", SETTING_NUMBER,
	  G_STRUCT_OFFSET(KpSettings, coverage_warn_days), "30", 0, 3650, NULL },
	{ "coverage", "until", SETTING_RULES,
	  G_STRUCT_OFFSET(KpSettings, coverage_until), NULL, 0, 0, NULL },
};

void kp_settings_free(KpSettings *settings)
{
	if (settings == NULL)
		return;
	g_free(settings->rpmdb);
	g_strfreev(settings->patch_globs);
	g_strfreev(settings->coverage_until);
	g_free(settings);
}

static gboolean store_number(const struct setting *row, const char *value,
			     gint64 *number, GError **error)
{
	char *end = NULL;
	gint64 parsed;

	errno = 0;
	parsed = g_ascii_strtoll(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' ||
	    parsed < row->least || parsed > row->most) {
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
			    "%s=%s: give a whole number from %" G_GINT64_FORMAT
			    " to %" G_GINT64_FORMAT,
			    row->key, value, row->least, row->most);
		return FALSE;
	}
	*number = parsed;
	return TRUE;
}

static gboolean store_path(const struct setting *row, const char *value,
			   char **path, GError **error)
{
	if (!g_str_equal(value, "auto") && !g_path_is_absolute(value)) {
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
			    "%s=%s: give \"auto\" or a path that begins with /",
			    row->key, value);
		return FALSE;
	}
	g_free(*path);
	*path = g_strdup(value);
	return TRUE;
}

static gboolean store_list(const struct setting *row, const char *value,
			   char ***list, GError **error)
{
	g_auto(GStrv) words = g_strsplit_set(value, " \t", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	char **word;

	for (word = words; *word != NULL; word++)
		if (**word != '\0')
			g_ptr_array_add(kept, *word);
	if (kept->len == 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
			    "%s= is empty: give at least one name or pattern", row->key);
		return FALSE;
	}
	g_ptr_array_add(kept, NULL);
	g_strfreev(*list);
	*list = g_strdupv((char **)kept->pdata);
	return TRUE;
}

static gboolean store_choice(const struct setting *row, const char *value,
			     gint64 *number, GError **error)
{
	g_autofree char *words = NULL;

	for (gint64 i = 0; row->words[i] != NULL; i++) {
		if (g_str_equal(row->words[i], value)) {
			*number = i;
			return TRUE;
		}
	}
	words = g_strjoinv(", ", (char **)row->words);
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "%s=%s: give one of %s", row->key, value,
		    words);
	return FALSE;
}

static gboolean store_rules(const struct setting *row, const char *value,
			    char ***list, GError **error)
{
	if (!store_list(row, value, list, error))
		return FALSE;
	for (char **rule = *list; *rule != NULL; rule++) {
		if (kp_coverage_rule_valid(*rule))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
			    "%s= has %s: give PATTERN=YYYY-MM-DD, with the pattern of a uname -r",
			    row->key, *rule);
		return FALSE;
	}
	return TRUE;
}

static gboolean store_value(KpSettings *settings, const struct setting *row,
			    const char *value, GError **error)
{
	gpointer field = G_STRUCT_MEMBER_P(settings, row->offset);

	switch (row->type) {
	case SETTING_NUMBER:
		return store_number(row, value, field, error);
	case SETTING_PATH:
		return store_path(row, value, field, error);
	case SETTING_CHOICE:
		return store_choice(row, value, field, error);
	case SETTING_LIST:
		return store_list(row, value, field, error);
	case SETTING_RULES:
		return store_rules(row, value, field, error);
	}
	return FALSE;
}

static const struct setting *find_setting(const char *group, const char *key)
{
	for (gsize i = 0; i < G_N_ELEMENTS(setting_table); i++)
		if (g_str_equal(setting_table[i].group, group) &&
		    (key == NULL || g_str_equal(setting_table[i].key, key)))
			return &setting_table[i];
	return NULL;
}

static gboolean read_group(KpSettings *settings, GKeyFile *file,
			   const char *group, GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, error);

	if (keys == NULL)
		return FALSE;
	for (char **key = keys; *key != NULL; key++) {
		const struct setting *row = find_setting(group, *key);
		g_autofree char *value = g_key_file_get_value(file, group, *key, error);

		if (value == NULL)
			return FALSE;
		if (row == NULL) {
			g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
				    "unknown key %s in [%s]; kpatch-manager.conf(5) lists the known ones",
				    *key, group);
			return FALSE;
		}
		if (!store_value(settings, row, g_strstrip(value), error))
			return FALSE;
	}
	return TRUE;
}

static gboolean read_groups(KpSettings *settings, GKeyFile *file, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (char **group = groups; *group != NULL; group++) {
		if (find_setting(*group, NULL) == NULL) {
			g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
				    "unknown group [%s]; kpatch-manager.conf(5) lists the known ones",
				    *group);
			return FALSE;
		}
		if (!read_group(settings, file, *group, error))
			return FALSE;
	}
	return TRUE;
}

static KpSettings *settings_defaults(void)
{
	KpSettings *settings = g_new0(KpSettings, 1);

	for (gsize i = 0; i < G_N_ELEMENTS(setting_table); i++)
		if (setting_table[i].initial != NULL &&
		    !store_value(settings, &setting_table[i], setting_table[i].initial, NULL))
			g_assert_not_reached();
	return settings;
}

/* The file may switch off all that is verified. One that is not there changes nothing. */
static gboolean read_file(KpSettings *settings, const char *root, const char *path, GError **error)
{
	g_autofree char *name = kp_root_path(root, path);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) problem = NULL;
	gsize size;
	g_autofree char *text = kp_guarded_read(root, path, "what this machine loads", MOST_BYTES,
						&size, error);

	if (text == NULL)
		return error == NULL || *error == NULL;
	if (g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, &problem) &&
	    read_groups(settings, file, &problem))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "%s: %s", name, problem->message);
	return FALSE;
}

/* Names of drop-ins, in their order. A folder that is there and cannot be read may say
 * anything. NULL with @error set. */
static GPtrArray *list_drop_ins(const char *root, GError **error)
{
	g_autofree char *folder = kp_root_path(root, KP_SETTINGS_FOLDER);
	g_autoptr(GError) problem = NULL;
	g_autoptr(GPtrArray) names = kp_list_folder(folder, &problem);

	if (names == NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_CONFIG, problem->message);
		return NULL;
	}
	for (guint i = names->len; i-- > 0;) {
		const char *name = g_ptr_array_index(names, i);

		if (*name == '.' || !g_str_has_suffix(name, ".conf"))
			g_ptr_array_remove_index(names, i);
	}
	return g_steal_pointer(&names);
}

static gboolean read_drop_ins(KpSettings *settings, const char *root, GError **error)
{
	g_autoptr(GPtrArray) names = list_drop_ins(root, error);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *path = kp_root_entry(KP_SETTINGS_FOLDER, name);

		if (!read_file(settings, root, path, error))
			return FALSE;
	}
	return names != NULL;
}

KpSettings *kp_settings_read(const char *root, GError **error)
{
	g_autoptr(KpSettings) settings = settings_defaults();
	g_autoptr(GError) problem = NULL;

	if (read_file(settings, root, KP_SETTINGS_FILE, &problem) &&
	    read_drop_ins(settings, root, &problem))
		return g_steal_pointer(&settings);
	g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}
