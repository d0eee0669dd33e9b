/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/dnf-vars.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/root.h"
#include "package/small-file.h"
#include "package/zypp.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define VALUE_MAX 4096
#define DEPTH_MAX 16	/* of ${a:-${b:-...}} */
#define ENVIRONMENT "DNF_VAR_"
#define OS_RELEASE_MAX 65536
#define BACKSLASH "\\"	/* among the variables, and none: the character means something.. */
#define ANYWHERE ""	/* with dnf5, */
#define IN_BRACES "$}\\"	/* with zypper in the word of ${a:-word}, before one of these */

static void set(GHashTable *vars, const char *name, const char *value)
{
	g_hash_table_insert(vars, g_strdup(name), g_strdup(value));
}

static void set_arch(GHashTable *vars)
{
	struct utsname uts;

	if (uname(&uts) != 0)
		return;
	set(vars, "arch", uts.machine);
	/* i386, i486, i586, i686 */
	if (strlen(uts.machine) == 4 && uts.machine[0] == 'i' &&
	    g_str_has_suffix(uts.machine, "86"))
		set(vars, "basearch", "i386");
	else
		set(vars, "basearch", uts.machine);
}

/* The value of @key in os-release(5), without quotes. */
static char *os_release_value(const char *text, const char *key)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		g_strstrip(*line);
		if (g_str_has_prefix(*line, key) && (*line)[strlen(key)] == '=')
			return g_shell_unquote(*line + strlen(key) + 1, NULL);
	}
	return NULL;
}

/* dnf asks the package that provides system-release(releasever), and so do we where the
 * package database can be read. Else os-release(5) is the best guess: RHEL and its kin
 * say platform:el9 there where that package says 9 (VERSION_ID is 9.4), Fedora
 * platform:f42. */
static char *release_of(const char *root)
{
	g_autofree char *path = kp_root_path(root, "/etc/os-release");
	g_autofree char *text = kp_small_file_read(root, path, OS_RELEASE_MAX, NULL, NULL);
	g_autofree char *platform = NULL;

	if (text == NULL)
		return NULL;
	platform = os_release_value(text, "PLATFORM_ID");
	if (platform != NULL && g_str_has_prefix(platform, "platform:")) {
		const char *digits = platform + strcspn(platform, "0123456789");

		if (*digits != '\0')
			return g_strdup(digits);
	}
	return os_release_value(text, "VERSION_ID");
}

/* 9.4 is also 9 and 4. */
static void set_parts(GHashTable *vars)
{
	const char *release = g_hash_table_lookup(vars, "releasever");
	const char *dot = release != NULL ? strchr(release, '.') : NULL;
	g_autofree char *major = NULL;

	if (release == NULL)
		return;
	major = dot != NULL ? g_strndup(release, (gsize)(dot - release)) : g_strdup(release);
	if (!g_hash_table_contains(vars, "releasever_major"))
		set(vars, "releasever_major", major);
	if (!g_hash_table_contains(vars, "releasever_minor"))
		set(vars, "releasever_minor", dot != NULL ? dot + 1 : "");
}

/* DNF_VAR_NAME is $NAME, and DNF0 to DNF9 are called so. */
static void read_environment(GHashTable *vars)
{
	g_auto(GStrv) environment = g_get_environ();

	for (char **pair = environment; *pair != NULL; pair++) {
		gboolean named = g_str_has_prefix(*pair, ENVIRONMENT);
		const char *name = *pair + (named ? strlen(ENVIRONMENT) : 0);
		gsize length = strspn(name, NAME_CHARS);
		g_autofree char *key = g_strndup(name, length);
		gboolean numbered = length == 4 && g_str_has_prefix(key, "DNF") &&
				    g_ascii_isdigit(key[3]);

		if (length > 0 && name[length] == '=' && (named || numbered))
			set(vars, key, name + length + 1);
	}
}

static void read_folder(GHashTable *vars, const char *root, const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = kp_root_entry(folder, name);
		g_autofree char *text = NULL;

		if (name[strspn(name, NAME_CHARS)] != '\0')
			continue;
		text = kp_small_file_read(root, path, VALUE_MAX, NULL, NULL);
		if (text != NULL) {
			text[strcspn(text, "\n")] = '\0';
			set(vars, name, text);
		}
	}
}

static void read_folders(GHashTable *vars, const char *root, const char *const *folders)
{
	for (const char *const *folder = folders; *folder != NULL; folder++) {
		g_autofree char *path = kp_root_path(root, *folder);

		read_folder(vars, root, path);
	}
}

/* zypper knows one variable of the environment, which counts more than any file; and it asks
 * the product that is installed, which counts less. */
static void set_zypp_release(GHashTable *vars, const char *root)
{
	const char *said = g_getenv("ZYPP_REPO_RELEASEVER");
	g_autofree char *product = NULL;

	if (said != NULL && *said != '\0') {
		set(vars, "releasever", said);
		g_hash_table_remove(vars, "releasever_major");
		g_hash_table_remove(vars, "releasever_minor");
	} else if (!g_hash_table_contains(vars, "releasever")) {
		product = kp_zypp_release(root);
		if (product != NULL)
			set(vars, "releasever", product);
	}
}

GHashTable *kp_dnf_vars_read(const char *root, const char *const *folders,
			     const KpDnfRules *rules, const char *releasever)
{
	const gboolean dnf5 = rules->dnf5_vars;
	GHashTable *vars = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	void (*const first)(GHashTable *) = dnf5 ? set_arch : read_environment;
	void (*const last)(GHashTable *) = dnf5 ? read_environment : set_arch;

	if (rules->zypp) {
		set_arch(vars);
		read_folders(vars, root, folders);
		set_zypp_release(vars, root);
		set(vars, BACKSLASH, IN_BRACES);
	} else {
		first(vars);
		read_folders(vars, root, folders);
		last(vars);
	}
	if (dnf5)
		set(vars, BACKSLASH, ANYWHERE);
	if (!g_hash_table_contains(vars, "releasever")) {
		g_autofree char *release = releasever != NULL ? g_strdup(releasever)
							      : release_of(root);

		if (release != NULL)
			set(vars, "releasever", release);
	}
	set_parts(vars);
	return vars;
}

static char *fill(GHashTable *vars, const char *text, guint depth);

/* What stands between { and }: name, name:-otherwise or name:+instead, and either word
 * may have variables of its own. NULL: stays. */
static char *fill_braced(GHashTable *vars, const char *text, guint depth)
{
	gsize name_length = strspn(text, NAME_CHARS);
	g_autofree char *name = g_strndup(text, name_length);
	const char *value = g_hash_table_lookup(vars, name);
	const char *rest = text + name_length;
	gboolean has = value != NULL && *value != '\0';

	if (*name == '\0')
		return NULL;
	if (*rest == '\0')
		return g_strdup(value);
	if (!g_str_has_prefix(rest, ":-") && !g_str_has_prefix(rest, ":+"))
		return NULL;
	if (rest[1] == '-')
		return has ? g_strdup(value) : fill(vars, rest + 2, depth + 1);
	return has ? fill(vars, rest + 2, depth + 1) : g_strdup("");
}

/* The } that belongs to the ${ at @at, or NULL. */
static const char *closing(const char *at, gboolean backslash)
{
	guint open = 0;

	for (gsize i = 0; i < VALUE_MAX && at[i] != '\0'; i++) {
		if (backslash && at[i] == '\\' && at[i + 1] != '\0')
			i++;
		else if (at[i] == '$' && at[i + 1] == '{')
			open++;
		else if (at[i] == '}' && --open == 0)
			return at + i;
	}
	return NULL;
}

/* Does the backslash at @at take the meaning from what follows? */
static gboolean escapes(GHashTable *vars, const char *at, guint depth)
{
	const char *before = g_hash_table_lookup(vars, BACKSLASH);

	return at[1] != '\0' && (g_str_equal(before, ANYWHERE) ||
				 (depth > 0 && strchr(before, at[1]) != NULL));
}

/* Bytes that the variable, or the backslash, at @at takes, and what becomes of it; NULL:
 * it stays. */
static char *fill_one(GHashTable *vars, const char *at, guint depth, gsize *taken)
{
	gboolean backslash = g_hash_table_contains(vars, BACKSLASH);
	const char *end = at[1] == '{' && depth < DEPTH_MAX ? closing(at, backslash) : NULL;
	g_autofree char *name = NULL;

	if (*at == '\\') {
		*taken = escapes(vars, at, depth) ? 2 : 1;
		return *taken == 2 ? g_strndup(at + 1, 1) : NULL;
	}
	*taken = end != NULL ? (gsize)(end - at) + 1 : 1 + strspn(at + 1, NAME_CHARS);
	if (end == NULL) {
		name = g_strndup(at + 1, *taken - 1);
		return g_strdup(g_hash_table_lookup(vars, name));
	}
	name = g_strndup(at + 2, *taken - 3);
	return fill_braced(vars, name, depth);
}

static char *fill(GHashTable *vars, const char *text, guint depth)
{
	const char *special = g_hash_table_contains(vars, BACKSLASH) ? "$" BACKSLASH : "$";
	g_autoptr(GString) filled = g_string_new(NULL);

	while (*text != '\0') {
		gsize plain = strcspn(text, special), taken;
		g_autofree char *value = NULL;

		g_string_append_len(filled, text, (gssize)plain);
		text += plain;
		if (*text == '\0')
			break;
		value = fill_one(vars, text, depth, &taken);
		if (value != NULL)
			g_string_append(filled, value);
		else
			g_string_append_len(filled, text, (gssize)taken);
		text += taken;
	}
	return g_string_free(g_steal_pointer(&filled), FALSE);
}

char *kp_dnf_vars_fill(GHashTable *vars, const char *text)
{
	return fill(vars, text, 0);
}
