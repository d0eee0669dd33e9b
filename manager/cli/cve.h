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
