/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A package repository: what is configured, and what is on disk of it. Needs no
 * header of a package library, because it crosses from plugin to plugin. */
#ifndef KP_REPO_H
#define KP_REPO_H

#include <glib.h>

/* One [section] of /etc/yum.repos.d/NAME.repo, with dnf.conf's [main] as its
 * defaults, what dnf5's overrides change, and variables replaced (dnf.conf(5)).
 * Strings may be NULL, lists not. */
typedef struct {
	char *id;		/* dnf's have no blanks and no /, zypper's may: kp_repo_path_name() */
	char *name;
	char *file;		/* where it is configured: for messages, and fit for a terminal */
	char **baseurl;
	char *mirrorlist;
	char *metalink;
	gint64 priority;	/* lower wins; 99 unless configured */
	char **excludes;	/* patterns of names and NEVRAs, dnf.conf's too, unless disabled */
	char **includes;
	gboolean gpgcheck;
	gboolean repo_gpgcheck;
	char *gpgcheck_policy;	/* dnf5's; NULL: legacy */
	char **gpgkey;		/* URLs */
	gboolean skip_if_unavailable;
	gint64 metadata_expire;	/* seconds; -1: never */
	char *proxy;		/* NULL: what the environment says, or none */
	char *proxy_username;
	char *proxy_password;
	char *proxy_method;	/* as dnf.conf(5) names them; NULL: any */
	gboolean proxy_sslverify;
	char *proxy_sslcacert;
	char *proxy_sslclientcert;
	char *proxy_sslclientkey;
	char *username;
	char *password;
	gboolean sslverify;
	gboolean sslverifystatus;
	char *sslcacert;
	char *sslclientcert;
	char *sslclientkey;
	char *ip_resolve;	/* NULL: whatever there is */
	gint64 timeout;		/* seconds */
	gint64 minrate;		/* bytes a second; what is slower for so long is given up */
	char *dnf_cache;	/* dnf's cachedir, where it may have been there before us */
} KpRepo;

/* Metadata of @repo, checked against the checksums of its repomd.xml. */
typedef struct {
	const KpRepo *repo;
	char *repomd;		/* paths of files */
	char *primary;
	char *updateinfo;	/* NULL: the repository has none */
	char *cookie;		/* checksum of repomd.xml, hexadecimal SHA-256 */
	gint64 fetched;		/* seconds since the epoch */
	gint64 made;		/* since when they have been the same; 0: not known */
	gboolean stale;		/* older than metadata_expire, but all there is */
} KpRepoData;

/* That metadata of @repo (its id), which have been the same since @made, stand still at
 * @now: longer than @days. NULL: they do not, or @days is 0. Caller frees. */
char *kp_repo_standing(const char *repo, gint64 made, gint64 now, gint64 days);

/* @id as a part of paths: itself as dnf allows ids, and what else zypper allows as %20. Caller
 * frees. */
char *kp_repo_path_name(const char *id);

void kp_repo_free(KpRepo *repo);
void kp_repo_data_free(KpRepoData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpRepo, kp_repo_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpRepoData, kp_repo_data_free)

#endif
