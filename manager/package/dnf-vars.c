/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/dnf-vars.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/root.h"
#include "package/small-file.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define VALUE_MAX 4096
#define OS_RELEASE_MAX 65536

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

/* dnf asks the package that provides system-release(releasever). Opening the
 * package database costs more than all the rest of reading the configuration, so
 * os-release(5) is asked instead: RHEL and its kin say platform:el9 there where
 * that package says 9 (VERSION_ID is 9.4), Fedora platform:f42, and where there is
 * no platform the two agree on VERSION_ID. Whoever pins a minor release does so by
 * a file in /etc/dnf/vars, which comes first anyway. */
static char *release_of(const char *root)
{
	g_autofree char *path = kp_root_path(root, "/etc/os-release");
	g_autofree char *text = kp_small_file_read(path, OS_RELEASE_MAX, NULL, NULL);
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

static void read_folder(GHashTable *vars, const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *text = NULL;

		if (name[strspn(name, NAME_CHARS)] != '\0')
			continue;
		text = kp_small_file_read(path, VALUE_MAX, NULL, NULL);
		if (text != NULL) {
			text[strcspn(text, "\n")] = '\0';
			set(vars, name, text);
		}
	}
}

GHashTable *kp_dnf_vars_read(const char *root, const char *const *folders)
{
	GHashTable *vars = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	set_arch(vars);
	for (const char *const *folder = folders; *folder != NULL; folder++) {
		g_autofree char *path = kp_root_path(root, *folder);

		read_folder(vars, path);
	}
	if (!g_hash_table_contains(vars, "releasever")) {
		g_autofree char *release = release_of(root);

		if (release != NULL)
			set(vars, "releasever", release);
	}
	set_parts(vars);
	return vars;
}

/* What stands between { and }: name, name:-otherwise or name:+instead. NULL: stays. */
static char *fill_braced(GHashTable *vars, const char *text, gsize length)
{
	gsize name_length = strspn(text, NAME_CHARS);
	g_autofree char *name = g_strndup(text, MIN(name_length, length));
	const char *value = g_hash_table_lookup(vars, name);
	const char *rest = text + strlen(name);
	gboolean has = value != NULL && *value != '\0';
	gsize left = length - strlen(name);

	if (*name == '\0')
		return NULL;
	if (left == 0)
		return g_strdup(value);
	if (left < 2 || rest[0] != ':' || (rest[1] != '-' && rest[1] != '+'))
		return NULL;
	if (rest[1] == '-')
		return has ? g_strdup(value) : g_strndup(rest + 2, left - 2);
	return has ? g_strndup(rest + 2, left - 2) : g_strdup("");
}

static gboolean in_braces(const char *at)
{
	return at[1] == '{' && strchr(at, '}') != NULL;
}

/* Bytes that the variable at @at takes, and its value; NULL: it is none. */
static char *fill_one(GHashTable *vars, const char *at, gsize *taken)
{
	gsize length = in_braces(at) ? strcspn(at, "}") + 1 : 1 + strspn(at + 1, NAME_CHARS);
	g_autofree char *name = NULL;

	*taken = length;
	if (in_braces(at))
		return fill_braced(vars, at + 2, length - 3);
	name = g_strndup(at + 1, length - 1);
	return g_strdup(g_hash_table_lookup(vars, name));
}

char *kp_dnf_vars_fill(GHashTable *vars, const char *text)
{
	g_autoptr(GString) filled = g_string_new(NULL);

	while (*text != '\0') {
		gsize plain = strcspn(text, "$"), taken;
		g_autofree char *value = NULL;

		g_string_append_len(filled, text, (gssize)plain);
		text += plain;
		if (*text == '\0')
			break;
		value = fill_one(vars, text, &taken);
		if (value != NULL)
			g_string_append(filled, value);
		else
			g_string_append_len(filled, text, (gssize)taken);
		text += taken;
	}
	return g_string_free(g_steal_pointer(&filled), FALSE);
}
