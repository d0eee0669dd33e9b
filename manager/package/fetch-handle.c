/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-handle.h"

#include <string.h>

#include "base/root.h"
#include "config.h"
#include "package/fetch-item.h"

char *kp_fetch_local_path(const char *root, const char *path)
{
	g_autofree char *below = kp_root_path(root, path);

	return g_strdup(g_file_test(below, G_FILE_TEST_EXISTS) ? below : path);
}

static char **turned(char **urls, guint first)
{
	guint count = g_strv_length(urls);
	char **list = g_new0(char *, count + 1);

	for (guint i = 0; i < count; i++)
		list[i] = g_strdup(urls[(i + first) % count]);
	return list;
}

/* As dnf decides it: a metalink before a list of mirrors, either before baseurl=,
 * and what has "metalink" in it is one, whatever the key says. */
static gboolean set_source(LrHandle *handle, const KpRepo *repo, guint first, GError **error)
{
	g_auto(GStrv) urls = turned(repo->baseurl, first);

	if (repo->metalink != NULL)
		return lr_handle_setopt(handle, error, LRO_METALINKURL, repo->metalink);
	if (repo->mirrorlist != NULL)
		return lr_handle_setopt(handle, error,
					strstr(repo->mirrorlist, "metalink") != NULL ?
					LRO_METALINKURL : LRO_MIRRORLISTURL, repo->mirrorlist);
	return lr_handle_setopt(handle, error, LRO_URLS, urls);
}

static gboolean set_pair(LrHandle *handle, LrHandleOption option, const char *user,
			 const char *password, GError **error)
{
	g_autofree char *pair = NULL;

	if (user == NULL)
		return TRUE;
	pair = g_strconcat(user, ":", password != NULL ? password : "", NULL);
	return lr_handle_setopt(handle, error, option, pair);
}

static gboolean set_path(LrHandle *handle, LrHandleOption option, const char *root,
			 const char *path, GError **error)
{
	g_autofree char *found = path != NULL ? kp_fetch_local_path(root, path) : NULL;

	return found == NULL || lr_handle_setopt(handle, error, option, found);
}

static gboolean set_secrets(LrHandle *handle, const char *root, const KpRepo *repo, GError **error)
{
	return set_pair(handle, LRO_USERPWD, repo->username, repo->password, error) &&
	       (repo->proxy == NULL || lr_handle_setopt(handle, error, LRO_PROXY, repo->proxy)) &&
	       set_pair(handle, LRO_PROXYUSERPWD, repo->proxy_username, repo->proxy_password, error) &&
	       set_path(handle, LRO_SSLCACERT, root, repo->sslcacert, error) &&
	       set_path(handle, LRO_SSLCLIENTCERT, root, repo->sslclientcert, error) &&
	       set_path(handle, LRO_SSLCLIENTKEY, root, repo->sslclientkey, error);
}

static gboolean set_rules(LrHandle *handle, const KpRepo *repo, GError **error)
{
	long verify = repo->sslverify ? 1 : 0;
	long timeout = (long)CLAMP(repo->timeout, 1, 3600);

	return lr_handle_setopt(handle, error, LRO_REPOTYPE, LR_YUMREPO) &&
	       lr_handle_setopt(handle, error, LRO_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION) &&
	       lr_handle_setopt(handle, error, LRO_SSLVERIFYPEER, verify) &&
	       lr_handle_setopt(handle, error, LRO_SSLVERIFYHOST, verify) &&
	       lr_handle_setopt(handle, error, LRO_CONNECTTIMEOUT, timeout) &&
	       lr_handle_setopt(handle, error, LRO_LOWSPEEDTIME, timeout) &&
	       lr_handle_setopt(handle, error, LRO_ALLOWEDMIRRORFAILURES, 2L);
}

LrHandle *kp_fetch_handle_new(const char *root, const KpRepo *repo, guint first, GError **error)
{
	g_autoptr(LrHandle) handle = lr_handle_init();
	g_autoptr(GError) problem = NULL;

	if (set_source(handle, repo, first, &problem) && set_rules(handle, repo, &problem) &&
	    set_secrets(handle, root, repo, &problem))
		return g_steal_pointer(&handle);
	kp_fetch_failed(repo, "its configuration", problem->message, error);
	return NULL;
}

LrHandle *kp_fetch_handle_range(const char *root, const KpRepo *repo, guint64 end)
{
	g_autofree char *range = g_strdup_printf("Range: bytes=0-%" G_GUINT64_FORMAT, end);
	char *headers[] = { range, NULL };
	g_autoptr(LrHandle) handle = NULL;

	if (repo->metalink != NULL || repo->mirrorlist != NULL)
		return NULL;
	handle = kp_fetch_handle_new(root, repo, 0, NULL);
	if (handle == NULL || !lr_handle_setopt(handle, NULL, LRO_HTTPHEADER, headers))
		return NULL;
	return g_steal_pointer(&handle);
}
