/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The repositories of the system, and what is known of them. */
#ifndef KP_REPOSITORIES_H
#define KP_REPOSITORIES_H

#include "base/repo.h"
#include "base/settings.h"
#include "base/update.h"
#include "cli/options.h"

typedef enum {
	KP_REFRESH_NEVER,	/* what is on disk counts */
	KP_REFRESH_ALWAYS,	/* ask all of them first */
	KP_REFRESH_STALE,	/* ask those of which nothing fresh is on disk */
} KpRefresh;

typedef struct {
	GPtrArray *repos;	/* KpRepo: the enabled ones */
	GPtrArray *data;	/* KpRepoData, of those of which something is on disk */
	GPtrArray *unasked;	/* KpRepo, borrowed: those that were asked and did not answer, and
				 * without which nobody may go on (skip_if_unavailable=) */
	GPtrArray *unknown;	/* KpRepo, borrowed: those of which nothing is on disk, and without
				 * which nobody may go on (skip_if_unavailable=) */
} KpRepositories;

/* Reads both; @settings say where the package database is, which
 * knows dnf's $releasever. Asking a repository wants root and loads what fetches. Whatever
 * does not work becomes a warning, and what is on disk counts. NULL with KP_ERROR_BUSY:
 * we were told to stop. Caller frees. */
KpRepositories *kp_repositories_read(const KpOptions *options, const KpSettings *settings,
				     KpRefresh refresh, GPtrArray *warnings, GError **error);

/* Warns of those among them that have patches for kernels here, as @plan found, and have
 * been the same for more than @days: a mirror that is kept from what is newer looks so. */
void kp_repositories_tell_standing(const KpRepositories *repositories, const KpUpdatePlan *plan,
				   gint64 days, GPtrArray *warnings);

void kp_repositories_free(KpRepositories *repositories);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpRepositories, kp_repositories_free)

#endif
