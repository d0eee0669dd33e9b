/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/zypp.h"

#include <string.h>

#include "base/names.h"
#include "base/root.h"
#include "package/dnf-vars.h"
#include "package/repo-keys.h"
#include "package/small-file.h"

#define BLANKS " \t\r"
#define PRODUCT "/etc/products.d/baseproduct"
#define PRODUCT_MAX (1024 * 1024)
#define CREDENTIALS "/etc/zypp/credentials.d"
#define CREDENTIALS_MAX 65536
#define USUAL_PRIORITY 99

/* "baseurl" or "gpgkey", if @line sets it; then *@value is where the value begins. */
static const char *list_key(const char *line, const char **value)
{
	static const char *const keys[] = { "baseurl", "gpgkey" };

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		gsize length = strlen(keys[i]);
		const char *rest = line + length;

		if (strncmp(line, keys[i], length) != 0)
			continue;
		rest += strspn(rest, BLANKS);
		if (*rest == '=') {
			*value = rest + 1;
			return keys[i];
		}
	}
	return NULL;
}

char *kp_zypp_lines(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *out = g_string_new(NULL);
	const char *list = NULL;	/* the key that lines may go on with */

	for (char **line = lines; *line != NULL; line++) {
		const char *start = *line + strspn(*line, BLANKS), *value = NULL;
		const gboolean is_url = g_uri_peek_scheme(start) != NULL;
		const char *key = list_key(start, &value);

		if (list != NULL && key != NULL && g_str_equal(key, list))
			g_string_append_printf(out, "\t%s\n", value);
		else if (list != NULL && key == NULL && is_url)
			g_string_append_printf(out, "\t%s\n", start);
		else
			g_string_append_printf(out, "%s\n", start);
		if (*start != '\0' && (key != NULL || !is_url))
			list = key;
	}
	return g_string_free(out, FALSE);
}

static void find_version(GMarkupParseContext *context, const char *text, gsize size, gpointer data,
			 GError **error)
{
	const GSList *stack = g_markup_parse_context_get_element_stack(context);
	char **version = data;

	/* <product><version>: there are others further in */
	if (*version == NULL && g_slist_length((GSList *)stack) == 2 && g_str_equal(stack->data, "version"))
		*version = g_strstrip(g_strndup(text, size));
}

char *kp_zypp_release(const char *root)
{
	static const GMarkupParser markup = { NULL, NULL, find_version, NULL, NULL };
	g_autofree char *path = kp_root_path(root, PRODUCT);
	gsize size = 0;
	g_autofree char *text = kp_small_file_read(root, path, PRODUCT_MAX, &size, NULL);
	GMarkupParseContext *context;
	char *version = NULL;

	if (text == NULL)
		return NULL;
	context = g_markup_parse_context_new(&markup, (GMarkupParseFlags)0, &version, NULL);
	g_markup_parse_context_parse(context, text, (gssize)size, NULL);
	g_markup_parse_context_free(context);
	if (version != NULL && *version == '\0')
		g_clear_pointer(&version, g_free);
	return version;
}

static void warn(const KpRepo *repo, GPtrArray *warnings, const char *what, const char *why)
{
	g_autofree char *text = g_strdup_printf("%s: [%s] %s: %s", repo->file, repo->id, what, why);

	g_ptr_array_add(warnings, kp_text_printable(text));
}

/* username = and password = of a file that is called by its name, or by its path. */
static gboolean read_credentials(const char *root, KpRepo *repo, const char *name)
{
	g_autofree char *path = *name == '/' ? kp_root_path(root, name) :
				kp_root_pathf(root, CREDENTIALS "/%s", name);
	g_autofree char *text = strstr(name, "..") != NULL ? NULL :
				kp_small_file_read(root, path, CREDENTIALS_MAX, NULL, NULL);
	g_auto(GStrv) lines = text != NULL ? g_strsplit(text, "\n", -1) : NULL;

	for (char **line = lines; line != NULL && *line != NULL; line++) {
		char *equals = strchr(*line, '=');
		char **field;

		if (equals == NULL)
			continue;
		*equals = '\0';
		g_strstrip(*line);
		field = g_str_equal(*line, "username") ? &repo->username :
			g_str_equal(*line, "password") ? &repo->password : NULL;
		if (field == NULL)
			continue;
		g_free(*field);
		*field = g_strstrip(g_strdup(equals + 1));
	}
	return repo->username != NULL && repo->password != NULL;
}

/* What stands behind the ? of a URL is for zypper, or it is for the server: then the URL is
 * of no use to us, who put names of files behind it. */
static const char *take_parameter(const char *root, KpRepo *repo, const char *key, const char *value)
{
	static const char *const ours[] = { "timeout", "auth", "cookies", "head_requests", "ssl_capath",
					    "mirrorlist", NULL };

	if (g_str_equal(key, "credentials"))
		return read_credentials(root, repo, value) ? NULL :
		       "its credentials cannot be read; root may, if they are in " CREDENTIALS;
	if (g_str_equal(key, "ssl_verify"))
		repo->sslverify = !g_str_equal(value, "no");
	else if (!g_strv_contains(ours, key))
		return "a URL with this query cannot be used";
	return NULL;
}

static const char *take_query(const char *root, KpRepo *repo, const char *query)
{
	g_auto(GStrv) parts = g_strsplit(query, "&", -1);

	for (char **part = parts; *part != NULL; part++) {
		char *equals = strchr(*part, '=');
		g_autofree char *value = NULL;
		const char *why;

		if (**part == '\0')
			continue;
		if (equals != NULL)
			*equals = '\0';
		value = g_uri_unescape_string(equals != NULL ? equals + 1 : "", NULL);
		why = take_parameter(root, repo, *part, value != NULL ? value : "");
		if (why != NULL)
			return why;
	}
	return NULL;
}

static void finish_urls(const char *root, KpRepo *repo, const char *path, GPtrArray *warnings)
{
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();

	for (char **url = repo->baseurl; *url != NULL; url++) {
		char *query = strchr(*url, '?');
		const char *why = query != NULL ? take_query(root, repo, query + 1) : NULL;
		g_autofree char *whole = NULL;

		if (query != NULL)
			*query = '\0';
		if (why != NULL) {
			warn(repo, warnings, *url, why);
			continue;
		}
		whole = *path == '\0' ? g_strdup(*url) :
			g_strconcat(*url, g_str_has_suffix(*url, "/") ? "" : "/", path, NULL);
		g_strv_builder_add(kept, whole);
	}
	g_strfreev(repo->baseurl);
	repo->baseurl = g_strv_builder_end(kept);
}

static char *filled(GHashTable *vars, const KpIniSection *section, const char *key)
{
	const char *value = g_hash_table_lookup(section->values, key);

	return value != NULL ? g_strstrip(kp_dnf_vars_fill(vars, value)) : g_strdup("");
}

void kp_zypp_finish(const char *root, KpRepo *repo, const KpIniSection *section,
		    GHashTable *vars, GPtrArray *warnings)
{
	static const char *const types[] = { "", "rpm-md", "rpm", "yum", "repomd", "rpmmd", "NONE", NULL };
	g_autofree char *path = filled(vars, section, "path"), *type = filled(vars, section, "type");

	/* a number of 0 means that nothing is said */
	if (repo->priority <= 0)
		repo->priority = USUAL_PRIORITY;
	if (!g_strv_contains((const char *const *)types, type)) {
		warn(repo, warnings, type, "repositories of this type= are not read");
		g_strfreev(repo->baseurl);
		repo->baseurl = g_new0(char *, 1);
		g_clear_pointer(&repo->mirrorlist, g_free);
		g_clear_pointer(&repo->metalink, g_free);
	}
	finish_urls(root, repo, path + strspn(path, "/"), warnings);
}
