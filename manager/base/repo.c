/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/repo.h"

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
