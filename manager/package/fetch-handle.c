/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-handle.h"

#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "config.h"
#include "package/fetch-item.h"

#define TIMEOUT_MAX 3600L	/* seconds; "never" is no time to wait for a mirror */

char *kp_fetch_local_path(const char *root, const char *path)
{
	g_autofree char *below = kp_root_path(root, path);

	return g_strdup(g_file_test(below, G_FILE_TEST_EXISTS) ? below : path);
}

/* @escaped: curl takes %-escapes out of a proxy's name and password, and of no others. */
static gboolean set_pair(LrHandle *handle, LrHandleOption option, gboolean escaped,
			 const char *user, const char *password, GError **error)
{
	const char *const words[] = { user, password != NULL ? password : "" };
	g_autofree char *first = NULL, *second = NULL, *pair = NULL;

	if (user == NULL)
		return TRUE;
	first = escaped ? g_uri_escape_string(words[0], NULL, FALSE) : g_strdup(words[0]);
	second = escaped ? g_uri_escape_string(words[1], NULL, FALSE) : g_strdup(words[1]);
	pair = g_strconcat(first, ":", second, NULL);
	return lr_handle_setopt(handle, error, option, pair);
}

/* TLS libraries do not say which file it is that they cannot read. */
static gboolean set_path(LrHandle *handle, LrHandleOption option, const char *root,
			 const char *key, const char *path, GError **error)
{
	g_autofree char *found = path != NULL ? kp_fetch_local_path(root, path) : NULL;

	if (found == NULL)
		return TRUE;
	if (access(found, R_OK) == 0)
		return lr_handle_setopt(handle, error, option, found);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s=%s: %s", key, found, g_strerror(errno));
	return FALSE;
}

static LrAuth proxy_methods(const char *method)
{
	static const struct { const char *word; LrAuth methods; } table[] = {
		{ "none", LR_AUTH_NONE }, { "basic", LR_AUTH_BASIC }, { "digest", LR_AUTH_DIGEST },
		{ "negotiate", LR_AUTH_NEGOTIATE }, { "ntlm", LR_AUTH_NTLM },
		{ "digest_ie", LR_AUTH_DIGEST_IE }, { "ntlm_wb", LR_AUTH_NTLM_WB },
	};

	for (gsize i = 0; method != NULL && i < G_N_ELEMENTS(table); i++)
		if (g_str_equal(table[i].word, method))
			return table[i].methods;
	return LR_AUTH_ANY;
}

static G_GNUC_UNUSED gboolean cannot(const char *key, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s: the librepo of this machine is too old for it; leave it out, or install "
		    "a newer one", key);
	return FALSE;
}

#if HAVE_DECL_LRO_PROXY_SSLVERIFYPEER
static gboolean set_proxy_tls(LrHandle *handle, const char *root, const KpRepo *repo,
			      GError **error)
{
	long verify = repo->proxy_sslverify ? 1 : 0;

	return lr_handle_setopt(handle, error, LRO_PROXY_SSLVERIFYPEER, verify) &&
	       lr_handle_setopt(handle, error, LRO_PROXY_SSLVERIFYHOST, verify) &&
	       set_path(handle, LRO_PROXY_SSLCACERT, root, "proxy_sslcacert", repo->proxy_sslcacert,
			error) &&
	       set_path(handle, LRO_PROXY_SSLCLIENTCERT, root, "proxy_sslclientcert",
			repo->proxy_sslclientcert, error) &&
	       set_path(handle, LRO_PROXY_SSLCLIENTKEY, root, "proxy_sslclientkey",
			repo->proxy_sslclientkey, error);
}
#else
static gboolean set_proxy_tls(LrHandle *handle, const char *root, const KpRepo *repo,
			      GError **error)
{
	if (!repo->proxy_sslverify)
		return cannot("proxy_sslverify", error);
	if (repo->proxy_sslcacert != NULL || repo->proxy_sslclientcert != NULL ||
	    repo->proxy_sslclientkey != NULL)
		return cannot("proxy_sslcacert, proxy_sslclientcert, proxy_sslclientkey", error);
	return TRUE;
}
#endif

static gboolean set_proxy(LrHandle *handle, const char *root, const KpRepo *repo, GError **error)
{
	return (repo->proxy == NULL || lr_handle_setopt(handle, error, LRO_PROXY, repo->proxy)) &&
	       lr_handle_setopt(handle, error, LRO_PROXYAUTHMETHODS,
				proxy_methods(repo->proxy_method)) &&
	       set_pair(handle, LRO_PROXYUSERPWD, TRUE, repo->proxy_username, repo->proxy_password,
			error) &&
	       set_proxy_tls(handle, root, repo, error);
}

static gboolean set_verify_status(LrHandle *handle, const KpRepo *repo, GError **error)
{
#if HAVE_DECL_LRO_SSLVERIFYSTATUS
	return lr_handle_setopt(handle, error, LRO_SSLVERIFYSTATUS,
				repo->sslverifystatus ? 1L : 0L);
#else
	return !repo->sslverifystatus || cannot("sslverifystatus", error);
#endif
}

static gboolean set_secrets(LrHandle *handle, const char *root, const KpRepo *repo, GError **error)
{
	long verify = repo->sslverify ? 1 : 0;

	return set_pair(handle, LRO_USERPWD, FALSE, repo->username, repo->password, error) &&
	       lr_handle_setopt(handle, error, LRO_SSLVERIFYPEER, verify) &&
	       lr_handle_setopt(handle, error, LRO_SSLVERIFYHOST, verify) &&
	       set_verify_status(handle, repo, error) &&
	       set_path(handle, LRO_SSLCACERT, root, "sslcacert", repo->sslcacert, error) &&
	       set_path(handle, LRO_SSLCLIENTCERT, root, "sslclientcert", repo->sslclientcert,
			error) &&
	       set_path(handle, LRO_SSLCLIENTKEY, root, "sslclientkey", repo->sslclientkey, error);
}

/* "4" or "ipv4", "6" or "ipv6", "whatever" */
static LrIpResolveType family(const char *text)
{
	if (text == NULL || g_str_equal(text, "whatever"))
		return LR_IPRESOLVE_WHATEVER;
	return g_str_has_suffix(text, "4") ? LR_IPRESOLVE_V4 : LR_IPRESOLVE_V6;
}

static gboolean set_rules(LrHandle *handle, const KpRepo *repo, GError **error)
{
	long timeout = repo->timeout < 0 ? TIMEOUT_MAX : (long)CLAMP(repo->timeout, 1, TIMEOUT_MAX);
	long slow = (long)CLAMP(repo->minrate, 0, G_MAXINT);

	return lr_handle_setopt(handle, error, LRO_REPOTYPE, LR_YUMREPO) &&
	       lr_handle_setopt(handle, error, LRO_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION) &&
	       lr_handle_setopt(handle, error, LRO_IPRESOLVE, family(repo->ip_resolve)) &&
	       lr_handle_setopt(handle, error, LRO_CONNECTTIMEOUT, timeout) &&
	       lr_handle_setopt(handle, error, LRO_LOWSPEEDTIME, timeout) &&
	       lr_handle_setopt(handle, error, LRO_LOWSPEEDLIMIT, slow) &&
	       lr_handle_setopt(handle, error, LRO_ALLOWEDMIRRORFAILURES, 2L);
}

LrHandle *kp_fetch_handle_new(const char *root, const KpRepo *repo, char **urls, GError **error)
{
	g_autoptr(LrHandle) handle = lr_handle_init();
	g_autoptr(GError) problem = NULL;

	if ((urls == NULL || lr_handle_setopt(handle, &problem, LRO_URLS, urls)) &&
	    set_rules(handle, repo, &problem) && set_proxy(handle, root, repo, &problem) &&
	    set_secrets(handle, root, repo, &problem))
		return g_steal_pointer(&handle);
	kp_fetch_failed(repo, "its configuration", problem->message, error);
	return NULL;
}

LrHandle *kp_fetch_handle_range(const char *root, const KpRepo *repo, char **urls, guint64 end)
{
	g_autofree char *range = g_strdup_printf("Range: bytes=0-%" G_GUINT64_FORMAT, end);
	char *headers[] = { range, NULL };
	g_autoptr(LrHandle) handle = kp_fetch_handle_new(root, repo, urls, NULL);

	if (handle == NULL || !lr_handle_setopt(handle, NULL, LRO_HTTPHEADER, headers))
		return NULL;
	return g_steal_pointer(&handle);
}
