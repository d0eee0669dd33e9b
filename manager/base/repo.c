/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/repo.h"

#define DAY 86400	/* seconds */

char *kp_repo_standing(const char *repo, gint64 made, gint64 now, gint64 days)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(made);
	g_autofree char *day = time != NULL ? g_date_time_format(time, "%Y-%m-%d") : NULL;
	gint64 age = (now - made) / DAY;

	if (days == 0 || made <= 0 || day == NULL || age <= days)
		return NULL;
	return g_strdup_printf("what repository %s has is from %s and has not changed for %"
			       G_GINT64_FORMAT " days: it may be kept from bringing newer patches; "
			       "ask who runs it whether that is all there is ([packages] "
			       "stale-after= sets after how many days this is said)", repo, day, age);
}

char *kp_repo_path_name(const char *id)
{
	return g_uri_escape_string(id, ":", FALSE);
}

void kp_repo_free(KpRepo *repo)
{
	if (repo == NULL)
		return;
	g_free(repo->id);
	g_free(repo->name);
	g_free(repo->file);
	g_strfreev(repo->baseurl);
	g_free(repo->mirrorlist);
	g_free(repo->metalink);
	g_strfreev(repo->excludes);
	g_strfreev(repo->includes);
	g_free(repo->gpgcheck_policy);
	g_strfreev(repo->gpgkey);
	g_free(repo->proxy);
	g_free(repo->proxy_username);
	g_free(repo->proxy_password);
	g_free(repo->proxy_method);
	g_free(repo->proxy_sslcacert);
	g_free(repo->proxy_sslclientcert);
	g_free(repo->proxy_sslclientkey);
	g_free(repo->username);
	g_free(repo->password);
	g_free(repo->sslcacert);
	g_free(repo->sslclientcert);
	g_free(repo->sslclientkey);
	g_free(repo->ip_resolve);
	g_free(repo->dnf_cache);
	g_free(repo);
}

void kp_repo_data_free(KpRepoData *data)
{
	if (data == NULL)
		return;
	g_free(data->repomd);
	g_free(data->primary);
	g_free(data->updateinfo);
	g_free(data->cookie);
	g_free(data);
}
