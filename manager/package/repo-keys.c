/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/repo-keys.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/names.h"
#include "package/dnf-vars.h"

typedef enum { KEY_TEXT, KEY_PROXY, KEY_URLS, KEY_LIST, KEY_BOOLEAN, KEY_NUMBER, KEY_SECONDS } KeyType;

static const struct repo_key {
	const char *key;
	KeyType type;
	gboolean main;		/* [main] may say it for all */
	gsize offset;
} key_table[] = {
	{ "name", KEY_TEXT, FALSE, G_STRUCT_OFFSET(KpRepo, name) },
	{ "baseurl", KEY_URLS, FALSE, G_STRUCT_OFFSET(KpRepo, baseurl) },
	{ "mirrorlist", KEY_TEXT, FALSE, G_STRUCT_OFFSET(KpRepo, mirrorlist) },
	{ "metalink", KEY_TEXT, FALSE, G_STRUCT_OFFSET(KpRepo, metalink) },
	{ "priority", KEY_NUMBER, FALSE, G_STRUCT_OFFSET(KpRepo, priority) },
	{ "exclude", KEY_LIST, TRUE, G_STRUCT_OFFSET(KpRepo, excludes) },
	{ "excludepkgs", KEY_LIST, TRUE, G_STRUCT_OFFSET(KpRepo, excludes) },
	{ "includepkgs", KEY_LIST, TRUE, G_STRUCT_OFFSET(KpRepo, includes) },
	{ "gpgcheck", KEY_BOOLEAN, TRUE, G_STRUCT_OFFSET(KpRepo, gpgcheck) },
	{ "repo_gpgcheck", KEY_BOOLEAN, TRUE, G_STRUCT_OFFSET(KpRepo, repo_gpgcheck) },
	{ "gpgkey", KEY_LIST, FALSE, G_STRUCT_OFFSET(KpRepo, gpgkey) },
	{ "skip_if_unavailable", KEY_BOOLEAN, TRUE, G_STRUCT_OFFSET(KpRepo, skip_if_unavailable) },
	{ "metadata_expire", KEY_SECONDS, TRUE, G_STRUCT_OFFSET(KpRepo, metadata_expire) },
	{ "proxy", KEY_PROXY, TRUE, G_STRUCT_OFFSET(KpRepo, proxy) },
	{ "proxy_username", KEY_TEXT, TRUE, G_STRUCT_OFFSET(KpRepo, proxy_username) },
	{ "proxy_password", KEY_TEXT, TRUE, G_STRUCT_OFFSET(KpRepo, proxy_password) },
	{ "username", KEY_TEXT, TRUE, G_STRUCT_OFFSET(KpRepo, username) },
	{ "password", KEY_TEXT, TRUE, G_STRUCT_OFFSET(KpRepo, password) },
	{ "sslverify", KEY_BOOLEAN, TRUE, G_STRUCT_OFFSET(KpRepo, sslverify) },
	{ "sslcacert", KEY_TEXT, TRUE, G_STRUCT_OFFSET(KpRepo, sslcacert) },
	{ "sslclientcert", KEY_TEXT, TRUE, G_STRUCT_OFFSET(KpRepo, sslclientcert) },
	{ "sslclientkey", KEY_TEXT, TRUE, G_STRUCT_OFFSET(KpRepo, sslclientkey) },
	{ "timeout", KEY_SECONDS, TRUE, G_STRUCT_OFFSET(KpRepo, timeout) },
	{ "cachedir", KEY_TEXT, TRUE, G_STRUCT_OFFSET(KpRepo, dnf_cache) },
};

int kp_repo_boolean(const char *text)
{
	static const char *const words[] = { "0", "no", "false", "off", "1", "yes", "true", "on" };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_ascii_strcasecmp(text, words[i]) == 0)
			return i >= G_N_ELEMENTS(words) / 2;
	return -1;
}

/* 300, 90m, 6h, 1.5d, never or -1, which are the same. */
static gboolean parse_seconds(const char *text, gint64 *seconds)
{
	static const struct { char unit; double seconds; } units[] = {
		{ '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	};
	char *end = NULL;
	double number;

	if (g_ascii_strcasecmp(text, "never") == 0 || g_str_equal(text, "-1")) {
		*seconds = -1;
		return TRUE;
	}
	number = g_ascii_strtod(text, &end);
	if (end == text || (*end != '\0' && end[1] != '\0') || !isfinite(number) || number < 0)
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		if (g_ascii_tolower(*end) != units[i].unit)
			continue;
		/* 2^53: what a double counts exactly */
		*seconds = (gint64)MIN(number * units[i].seconds, 9007199254740992.0);
		return TRUE;
	}
	return FALSE;
}

static gboolean parse_number(const char *text, gint64 *number)
{
	char *end = NULL;
	gint64 parsed;

	errno = 0;
	parsed = g_ascii_strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || parsed < G_MININT32 || parsed > G_MAXINT32)
		return FALSE;
	*number = parsed;
	return TRUE;
}

char **kp_repo_list(const char *text, GHashTable *vars)
{
	g_autofree char *filled = vars != NULL ? kp_dnf_vars_fill(vars, text) : g_strdup(text);
	g_auto(GStrv) words = g_strsplit_set(filled, " \t\r\n,", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new();

	for (char **word = words; *word != NULL; word++)
		if (**word != '\0')
			g_ptr_array_add(kept, *word);
	g_ptr_array_add(kept, NULL);
	return g_strdupv((char **)kept->pdata);
}

static void warn(const KpKeyPlace *place, const char *key, const char *value, const char *what)
{
	g_autofree char *text = g_strdup_printf("%s: [%s] %s=%s: %s", place->file, place->section,
						key, value, what);

	g_ptr_array_add(place->warnings, kp_text_printable(text));
}

static gboolean is_url(const char *text)
{
	static const char *const schemes[] = { "http://", "https://", "ftp://", "file:/" };

	for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (g_ascii_strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
			return TRUE;
	return FALSE;
}

static char **only_urls(char **words, const char *key, const KpKeyPlace *place)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new();

	for (char **word = words; *word != NULL; word++) {
		if (is_url(*word))
			g_ptr_array_add(kept, *word);
		else
			warn(place, key, *word,
			     "not used; give a URL that begins with http://, https://, ftp:// or file://");
	}
	g_ptr_array_add(kept, NULL);
	return g_strdupv((char **)kept->pdata);
}

/* What [main] excludes is excluded everywhere, so lists of patterns grow. */
static void add_words(char ***list, char **words)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	g_strv_builder_addv(builder, (const char **)*list);
	g_strv_builder_addv(builder, (const char **)words);
	g_strfreev(*list);
	*list = g_strv_builder_end(builder);
}

static void store_text(char **field, const struct repo_key *row, const char *value)
{
	g_free(*field);
	if (row->type == KEY_PROXY && g_ascii_strcasecmp(value, "_none_") == 0)
		*field = g_strdup("");
	else
		*field = *value != '\0' ? g_strdup(value) : NULL;
}

static void store_words(char ***field, const struct repo_key *row, const char *value,
			const KpKeyPlace *place)
{
	g_auto(GStrv) words = kp_repo_list(value, NULL);

	if (row->type == KEY_LIST && !g_str_equal(row->key, "gpgkey")) {
		add_words(field, words);
		return;
	}
	g_strfreev(*field);
	*field = row->type == KEY_URLS ? only_urls(words, row->key, place) : g_strdupv(words);
}

static void store_value(KpRepo *repo, const struct repo_key *row, const char *value,
			const KpKeyPlace *place)
{
	gpointer field = G_STRUCT_MEMBER_P(repo, row->offset);

	switch (row->type) {
	case KEY_TEXT:
	case KEY_PROXY:
		store_text(field, row, value);
		break;
	case KEY_URLS:
	case KEY_LIST:
		store_words(field, row, value, place);
		break;
	case KEY_BOOLEAN:
		if (kp_repo_boolean(value) < 0)
			warn(place, row->key, value, "not used; give 1 or 0");
		else
			*(gboolean *)field = kp_repo_boolean(value);
		break;
	case KEY_NUMBER:
		if (!parse_number(value, field))
			warn(place, row->key, value, "not used; give a whole number");
		break;
	case KEY_SECONDS:
		if (!parse_seconds(value, field))
			warn(place, row->key, value,
			     "not used; give seconds, a number followed by m, h or d, or never");
		break;
	}
}

void kp_repo_keys_store(KpRepo *repo, const KpIniSection *section, gboolean is_main,
			const KpKeyPlace *place)
{
	for (gsize i = 0; i < G_N_ELEMENTS(key_table); i++) {
		const struct repo_key *row = &key_table[i];
		const char *value = g_hash_table_lookup(section->values, row->key);
		g_autofree char *filled = NULL;

		if (value == NULL || (is_main && !row->main))
			continue;
		filled = kp_dnf_vars_fill(place->vars, value);
		store_value(repo, row, g_strstrip(filled), place);
	}
}
