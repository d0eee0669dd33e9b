/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/repo-keys.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/names.h"
#include "package/dnf-vars.h"
#include "package/zypp.h"

/* KEY_PATTERNS: a list that grows with each section, unless it begins with a comma or is
 * empty: then it begins anew. */
typedef enum {
	KEY_TEXT, KEY_PROXY, KEY_CHOICE, KEY_URLS, KEY_WORDS, KEY_PATTERNS,
	KEY_BOOLEAN, KEY_NUMBER, KEY_SECONDS, KEY_BYTES,
} KeyType;

static const char *const proxy_methods[] = {
	"any", "basic", "digest", "negotiate", "ntlm", "digest_ie", "ntlm_wb", "none", NULL,
};
static const char *const families[] = { "whatever", "4", "ipv4", "6", "ipv6", NULL };

static const char *const policies[] = { "legacy", "full", "all", NULL };

#define REPO (KP_KEY_REPO4 | KP_KEY_REPO5)
#define BOTH (REPO | KP_KEY_MAIN4 | KP_KEY_MAIN5)
#define ZYPP KP_KEY_REPOZ
#define OF_ZYPPER(place) (((place)->scope & (KP_KEY_REPOZ | KP_KEY_MAINZ)) != 0)

#define ROW(key, type, scope, field) { key, type, scope, G_STRUCT_OFFSET(KpRepo, field), NULL }
#define CHOICE(key, scope, field, words) \
	{ key, KEY_CHOICE, scope, G_STRUCT_OFFSET(KpRepo, field), words }

static const struct repo_key {
	const char *key;
	KeyType type;
	guint scope;		/* of KpKeyScope */
	gsize offset;
	const char *const *words;	/* of KEY_CHOICE */
} key_table[] = {
	ROW("name", KEY_TEXT, REPO | ZYPP, name),
	ROW("baseurl", KEY_URLS, REPO | ZYPP, baseurl),
	ROW("mirrorlist", KEY_TEXT, REPO | ZYPP, mirrorlist),
	ROW("metalink", KEY_TEXT, REPO | ZYPP, metalink),
	ROW("priority", KEY_NUMBER, REPO | ZYPP, priority),
	ROW("exclude", KEY_PATTERNS, BOTH, excludes),
	ROW("excludepkgs", KEY_PATTERNS, BOTH, excludes),
	ROW("includepkgs", KEY_PATTERNS, BOTH, includes),
	ROW("gpgcheck", KEY_BOOLEAN, BOTH | ZYPP | KP_KEY_MAINZ, gpgcheck),
	ROW("repo_gpgcheck", KEY_BOOLEAN, BOTH | ZYPP | KP_KEY_MAINZ, repo_gpgcheck),
	ROW("gpgkey", KEY_WORDS, REPO | ZYPP, gpgkey),
	ROW("skip_if_unavailable", KEY_BOOLEAN, BOTH, skip_if_unavailable),
	ROW("metadata_expire", KEY_SECONDS, BOTH, metadata_expire),
	ROW("proxy", KEY_PROXY, BOTH | ZYPP, proxy),
	ROW("proxy_username", KEY_TEXT, BOTH, proxy_username),
	ROW("proxy_password", KEY_TEXT, BOTH, proxy_password),
	CHOICE("proxy_auth_method", BOTH, proxy_method, proxy_methods),
	ROW("proxy_sslverify", KEY_BOOLEAN, BOTH, proxy_sslverify),
	ROW("proxy_sslcacert", KEY_TEXT, BOTH, proxy_sslcacert),
	ROW("proxy_sslclientcert", KEY_TEXT, BOTH, proxy_sslclientcert),
	ROW("proxy_sslclientkey", KEY_TEXT, BOTH, proxy_sslclientkey),
	ROW("username", KEY_TEXT, BOTH, username),
	ROW("password", KEY_TEXT, BOTH, password),
	ROW("sslverify", KEY_BOOLEAN, BOTH, sslverify),
	ROW("sslverifystatus", KEY_BOOLEAN, BOTH, sslverifystatus),
	ROW("sslcacert", KEY_TEXT, BOTH, sslcacert),
	ROW("sslclientcert", KEY_TEXT, BOTH, sslclientcert),
	ROW("sslclientkey", KEY_TEXT, BOTH, sslclientkey),
	CHOICE("ip_resolve", BOTH, ip_resolve, families),
	ROW("timeout", KEY_SECONDS, BOTH, timeout),
	ROW("minrate", KEY_BYTES, BOTH, minrate),
	/* root's dnf5 goes by system_cachedir= alone */
	ROW("cachedir", KEY_TEXT, REPO | KP_KEY_MAIN4, dnf_cache),
	ROW("system_cachedir", KEY_TEXT, KP_KEY_MAIN5, dnf_cache),
	CHOICE("gpgcheck_policy", KP_KEY_MAIN5, gpgcheck_policy, policies),
};

int kp_repo_boolean(const char *text)
{
	static const char *const words[] = { "0", "no", "false", "off", "1", "yes", "true", "on" };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_ascii_strcasecmp(text, words[i]) == 0)
			return i >= G_N_ELEMENTS(words) / 2;
	return -1;
}

/* 300, 90m, 6h, 1.5d; 1000, 5k, 1.5M. */
static const struct unit { char letter; double factor; } time_units[] = {
	{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { '\0', 1 },
}, byte_units[] = {
	{ 'k', 1024 }, { 'm', 1024 * 1024 }, { 'g', 1024 * 1024 * 1024 }, { '\0', 1 },
};

static gboolean parse_amount(const char *text, const struct unit *units, gint64 *amount)
{
	char *end = NULL;
	double number = g_ascii_strtod(text, &end);

	if (end == text || (*end != '\0' && end[1] != '\0') || !isfinite(number) || number < 0)
		return FALSE;
	while (units->letter != '\0' && units->letter != g_ascii_tolower(*end))
		units++;
	if (units->letter != g_ascii_tolower(*end))
		return FALSE;
	/* 2^53: what a double counts exactly */
	*amount = (gint64)MIN(number * units->factor, 9007199254740992.0);
	return TRUE;
}

/* "never" and -1 are the same. */
static gboolean parse_seconds(const char *text, gint64 *seconds)
{
	if (g_ascii_strcasecmp(text, "never") != 0 && !g_str_equal(text, "-1"))
		return parse_amount(text, time_units, seconds);
	*seconds = -1;
	return TRUE;
}

/* As dnf does, which does not look at what follows: 10 of "10  # of 99". */
static gboolean parse_number(const char *text, gint64 *number)
{
	char *end = NULL;
	gint64 parsed;

	errno = 0;
	parsed = g_ascii_strtoll(text, &end, 10);
	if (errno != 0 || end == text || parsed < G_MININT32 || parsed > G_MAXINT32)
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

/* As with dnf, /srv/repository is file:///srv/repository; as with zypper, so are
 * dir:///srv/repository, and both with one slash. */
static char *with_scheme(const char *word, gboolean zypper)
{
	static const char *const schemes[] = { "dir:/", "file:/" };

	for (gsize i = 0; zypper && i < G_N_ELEMENTS(schemes); i++)
		if (g_str_has_prefix(word, schemes[i])) {
			const char *path = word + strlen(schemes[i]);

			return g_strconcat("file:///", path + strspn(path, "/"), NULL);
		}
	return *word == '/' ? g_strconcat("file://", word, NULL) : g_strdup(word);
}

static char **only_urls(char **words, const char *key, const KpKeyPlace *place)
{
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();

	for (char **word = words; *word != NULL; word++) {
		g_autofree char *url = with_scheme(*word, OF_ZYPPER(place));

		if (is_url(url))
			g_strv_builder_add(kept, url);
		else
			warn(place, key, *word,
			     "not used; give a URL that begins with http://, https://, ftp:// or file://");
	}
	return g_strv_builder_end(kept);
}

void kp_repo_list_add(char ***list, char **words)
{
	guint have = g_strv_length(*list), more = g_strv_length(words);

	*list = g_renew(char *, *list, have + more + 1);
	for (guint i = 0; i <= more; i++)
		(*list)[have + i] = g_strdup(words[i]);
}

/* "_none_" is nothing, too: what [main] says does not count, and the environment does. */
static void store_text(char **field, const struct repo_key *row, const char *value)
{
	gboolean none = *value == '\0' ||
			(row->type == KEY_PROXY && g_ascii_strcasecmp(value, "_none_") == 0);

	g_free(*field);
	*field = none ? NULL : g_strdup(value);
}

static void store_choice(char **field, const struct repo_key *row, const char *value,
			 const KpKeyPlace *place)
{
	g_autofree char *lower = g_ascii_strdown(value, -1);
	g_autofree char *words = NULL, *what = NULL;

	if (g_strv_contains(row->words, lower)) {
		g_free(*field);
		*field = g_steal_pointer(&lower);
		return;
	}
	words = g_strjoinv(", ", (char **)row->words);
	what = g_strconcat("not used; give one of ", words, NULL);
	warn(place, row->key, value, what);
}

static void store_words(char ***field, const struct repo_key *row, const char *value,
			const KpKeyPlace *place)
{
	/* package/zypp-ini.c has taken the words apart */
	g_auto(GStrv) words = OF_ZYPPER(place) ? g_strsplit(value, "\n", -1) : kp_repo_list(value, NULL);

	if (row->type == KEY_PATTERNS) {
		if (*value == '\0' || *value == ',')
			g_clear_pointer(field, g_strfreev);
		if (*field == NULL)
			*field = g_new0(char *, 1);
		kp_repo_list_add(field, words);
		return;
	}
	g_strfreev(*field);
	*field = row->type == KEY_URLS ? only_urls(words, row->key, place) : g_strdupv(words);
}

static void store_value(KpRepo *repo, const struct repo_key *row, const char *value,
			const KpKeyPlace *place)
{
	gpointer field = G_STRUCT_MEMBER_P(repo, row->offset);
	int said;

	switch (row->type) {
	case KEY_TEXT:
	case KEY_PROXY:
		store_text(field, row, value);
		break;
	case KEY_CHOICE:
		store_choice(field, row, value, place);
		break;
	case KEY_URLS:
	case KEY_WORDS:
	case KEY_PATTERNS:
		store_words(field, row, value, place);
		break;
	case KEY_BOOLEAN:
		said = OF_ZYPPER(place) ? kp_zypp_boolean(value) : kp_repo_boolean(value);
		if (said < 0)
			warn(place, row->key, value, "not used; give 1 or 0");
		else
			*(gboolean *)field = said;
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
	case KEY_BYTES:
		if (!parse_amount(value, byte_units, field))
			warn(place, row->key, value, "not used; give bytes, or a number followed by k, M or G");
		break;
	}
}

/* Unless the policy is "legacy", who wants packages to be signed wants it of metadata. */
static void apply_policy(KpRepo *repo, const KpIniSection *section)
{
	if (repo->gpgcheck_policy != NULL && !g_str_equal(repo->gpgcheck_policy, policies[0]) &&
	    g_hash_table_contains(section->values, "gpgcheck") &&
	    !g_hash_table_contains(section->values, "repo_gpgcheck"))
		repo->repo_gpgcheck = repo->gpgcheck;
}

void kp_repo_keys_store(KpRepo *repo, const KpIniSection *section, const KpKeyPlace *place)
{
	for (gsize i = 0; i < G_N_ELEMENTS(key_table); i++) {
		const struct repo_key *row = &key_table[i];
		const char *value = g_hash_table_lookup(section->values, row->key);
		g_autofree char *filled = NULL;
		gboolean literal;	/* libzypp puts variables into texts alone */

		if (value == NULL || (row->scope & place->scope) == 0)
			continue;
		literal = OF_ZYPPER(place) && (row->type == KEY_BOOLEAN || row->type == KEY_NUMBER);
		filled = literal ? g_strdup(value) : kp_dnf_vars_fill(place->vars, value);
		store_value(repo, row, g_strstrip(filled), place);
	}
	apply_policy(repo, section);
}

void kp_repo_keys_copy(KpRepo *to, const KpRepo *from)
{
	for (gsize i = 0; i < G_N_ELEMENTS(key_table); i++) {
		const struct repo_key *row = &key_table[i];
		gpointer field = G_STRUCT_MEMBER_P(to, row->offset);
		gconstpointer value = G_STRUCT_MEMBER_P(from, row->offset);

		switch (row->type) {
		case KEY_TEXT:
		case KEY_PROXY:
		case KEY_CHOICE:
			g_free(*(char **)field);
			*(char **)field = g_strdup(*(char *const *)value);
			break;
		case KEY_URLS:
		case KEY_WORDS:
		case KEY_PATTERNS:
			g_strfreev(*(char ***)field);
			*(char ***)field = g_strdupv(*(char **const *)value);
			break;
		case KEY_BOOLEAN:
			*(gboolean *)field = *(const gboolean *)value;
			break;
		case KEY_NUMBER:
		case KEY_SECONDS:
		case KEY_BYTES:
			*(gint64 *)field = *(const gint64 *)value;
			break;
		}
	}
}
