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

int kp_zypp_boolean(const char *text)
{
	static const char *const yes[] = { "1", "yes", "true", "always", "on", "+" };
	static const char *const no[] = { "0", "no", "false", "never", "off", "-" };

	for (gsize i = 0; i < G_N_ELEMENTS(yes); i++)
		if (g_ascii_strcasecmp(text, yes[i]) == 0)
			return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(no); i++)
		if (g_ascii_strcasecmp(text, no[i]) == 0)
			return FALSE;
	return g_ascii_strtoll(text, NULL, 0) != 0 ? TRUE : -1;
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

/* What of a query is put together when all of it is known. */
struct proxy {
	char *host, *port;
};

static char **proxy_field(KpRepo *repo, struct proxy *proxy, const char *key)
{
	return g_str_equal(key, "proxy") ? &proxy->host :
	       g_str_equal(key, "proxyport") ? &proxy->port :
	       g_str_equal(key, "proxyuser") ? &repo->proxy_username :
	       g_str_equal(key, "proxypass") ? &repo->proxy_password : NULL;
}

/* What stands behind the ? of a URL is for zypper, or it is for the server: then the URL is
 * of no use to us, who put names of files behind it. */
static const char *take_parameter(const char *root, KpRepo *repo, struct proxy *proxy,
				  const char *key, const char *value)
{
	static const char *const ours[] = { "timeout", "auth", "cookies", "head_requests", "ssl_capath",
					    "mirrorlist", NULL };
	char **field = proxy_field(repo, proxy, key);

	if (field != NULL) {
		g_free(*field);
		*field = g_strdup(value);
		return NULL;
	}
	if (g_str_equal(key, "credentials"))
		return read_credentials(root, repo, value) ? NULL :
		       "its credentials cannot be read; root may, if they are in " CREDENTIALS;
	if (g_str_equal(key, "ssl_verify"))
		repo->sslverify = !g_str_equal(value, "no");
	else if (!g_strv_contains(ours, key))
		return "a URL with this query cannot be used";
	return NULL;
}

/* Takes the strings of @proxy. */
static void finish_proxy(KpRepo *repo, struct proxy *proxy)
{
	if (proxy->host != NULL) {
		g_free(repo->proxy);
		repo->proxy = g_str_equal(proxy->host, "_none_") ? NULL :
			      proxy->port == NULL ? g_strdup(proxy->host) :
			      g_strconcat(proxy->host, ":", proxy->port, NULL);
	}
	g_free(proxy->host);
	g_free(proxy->port);
}

static const char *take_query(const char *root, KpRepo *repo, const char *query)
{
	g_auto(GStrv) parts = g_strsplit(query, "&", -1);
	struct proxy proxy = { NULL, NULL };
	const char *why = NULL;

	for (char **part = parts; *part != NULL && why == NULL; part++) {
		char *equals = strchr(*part, '=');
		g_autofree char *value = NULL;

		if (**part == '\0')
			continue;
		if (equals != NULL)
			*equals = '\0';
		value = g_uri_unescape_string(equals != NULL ? equals + 1 : "", NULL);
		why = take_parameter(root, repo, &proxy, *part, value != NULL ? value : "");
	}
	finish_proxy(repo, &proxy);
	return why;
}

/* @path begins with a /. What is said twice is one place. */
static void finish_urls(const char *root, KpRepo *repo, const char *path, GPtrArray *warnings)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);

	for (char **url = repo->baseurl; *url != NULL; url++) {
		char *query = strchr(*url, '?');
		const char *why = query != NULL ? take_query(root, repo, query + 1) : NULL;
		char *whole;

		if (query != NULL)
			*query = '\0';
		if (why != NULL) {
			warn(repo, warnings, *url, why);
			continue;
		}
		whole = path[1] == '\0' ? g_strdup(*url) :
			g_strconcat(*url, g_str_has_suffix(*url, "/") ? path + 1 : path, NULL);
		if (g_ptr_array_find_with_equal_func(kept, whole, g_str_equal, NULL))
			g_free(whole);
		else
			g_ptr_array_add(kept, whole);
	}
	g_ptr_array_add(kept, NULL);
	g_strfreev(repo->baseurl);
	repo->baseurl = g_strdupv((char **)kept->pdata);
}

void kp_zypp_finish(const char *root, KpRepo *repo, const KpIniSection *section,
		    GPtrArray *warnings)
{
	const char *said = g_hash_table_lookup(section->values, "path");
	/* what is fetched lies below the URL: libzypp refuses .. there (CVE-2026-44942) */
	g_autofree char *path = g_canonicalize_filename(said != NULL ? said + strspn(said, "/") : "", "/");

	/* a number of 0 means that nothing is said */
	if (repo->priority <= 0)
		repo->priority = USUAL_PRIORITY;
	finish_urls(root, repo, path, warnings);
}
