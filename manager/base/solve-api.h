/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin with libsolv can do. It brings librpm and the readers of every
 * compression with it: only a command that plans pays for that. */
#ifndef KP_SOLVE_API_H
#define KP_SOLVE_API_H

#include "base/advisory.h"
#include "base/update.h"

#define KP_SOLVE_PLUGIN "kpatch-solve.so"
#define KP_SOLVE_SYMBOL "kp_solve_api"

typedef struct {
	/* What should be done about @request, and what speaks against it. NULL when
	 * the package database, the metadata or a file cannot be read. Writes
	 * nothing but a cache of the metadata, and that only as root. Caller frees
	 * with kp_update_plan_free(). */
	KpUpdatePlan *(*plan)(const KpUpdateRequest *request, GError **error);
	KpAdvisoriesFunc advisories;	/* base/advisory.h */
	KpOffersFunc offers;
	/* What dnf's $releasever is by the package database: the version that a package
	 * provides of system-release(releasever) and the like, or its own. NULL: there
	 * is none, or it cannot be read. Caller frees. */
	char *(*releasever)(const char *root, const char *rpmdb);
} KpSolveApi;

#define KP_SOLVE_EXPORT __attribute__((visibility("default")))
extern KP_SOLVE_EXPORT const KpSolveApi kp_solve_api;

#endif
