/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command cve knows before it is put in words. */
#ifndef KP_CLI_CVE_H
#define KP_CLI_CVE_H

#include "base/update.h"
#include "cli/cve-judge.h"
#include "cli/options.h"
#include "cli/repositories.h"
#include "cli/status.h"

typedef struct {
	KpStatus *status;
	KpRepositories *repositories;
	GPtrArray *advisories;	/* KpAdvisory */
	GPtrArray *offers;	/* KpOffer */
	KpUpdatePlan *plan;	/* what update would take of them; NULL: nobody knows */
	GHashTable *changelogs;	/* as kp_changelogs_read() has them */
	KpCveFacts *facts;
	GPtrArray *warnings;	/* char * */
} KpCveScene;

/* Reads all of it. NULL when the package database, or a part of this program,
 * cannot be used. Caller frees. */
KpCveScene *kp_cve_scene_open(const KpOptions *options, GError **error);
void kp_cve_scene_free(KpCveScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpCveScene, kp_cve_scene_free)

/* What is asked of repositories, which have thousands of kernels: only what is about those
 * that are installed. */
typedef struct {
	char **kernels;		/* names of their packages */
	char **ties;		/* releases of kernel-uname-r, or versions of one without */
	char **unames;		/* what that is as a whole */
	char **patches;		/* names of the packages that patch them */
} KpCveWanted;

KpCveWanted kp_cve_wanted(const KpInventory *inventory);
void kp_cve_wanted_clear(KpCveWanted *wanted);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KpCveWanted, kp_cve_wanted_clear)
/* Names of packages whose advisories say something of these kernels: @offers (KpOffer) knows
 * more of them. Caller frees. */
char **kp_cve_advised(const KpCveWanted *wanted, const GPtrArray *offers);

/* Fills scene->facts from all else. */
void kp_cve_collect(KpCveScene *scene);

/* What to show: one row per CVE and kernel. */
typedef struct {
	const char *cve;
	const KpCveKernel *kernel;
	KpCveAnswer answer;
} KpCveRow;

/* For programs and for people. Caller frees. */
char *kp_cve_json(const KpCveScene *scene, const GPtrArray *rows);
char *kp_cve_table(const KpCveScene *scene, const GPtrArray *rows, gboolean coloured);

#endif
