/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills the planner's pool from a machine: the package database by its indexes,
 * metadata of repositories, package files. */
#ifndef KP_SOLVE_SOURCE_H
#define KP_SOLVE_SOURCE_H

#include <rpm/rpmts.h>

#include "package/solve.h"

/* solve-rpmdb.c: an open package database */
typedef struct {
	rpmts ts;
	void *state;		/* libsolv's, for headers */
	GHashTable *known;	/* offset of a header -> id of its package */
} KpSolveRpmdb;

gboolean kp_solve_rpmdb_open(KpSolveRpmdb *db, KpSolve *solve, GError **error);
void kp_solve_rpmdb_close(KpSolveRpmdb *db);
/* Adds the kernels and their patches. A database without packages is an error. */
gboolean kp_solve_rpmdb_add_kernels(KpSolveRpmdb *db, KpSolve *solve, GError **error);
/* As KpSource's. */
void kp_solve_rpmdb_ask(KpSolveRpmdb *db, KpSolve *solve, KpAsk ask, const char *name);

/* solve-files.c: the package files of the request, as a repository of their own */
gboolean kp_solve_add_files(KpSolveRpmdb *db, KpSolve *solve, GError **error);

/* solve-repos.c: what repositories have: patches and our own packages, or, unless
 * it is NULL, what provides @names. */
gboolean kp_solve_add_repos(KpSolve *solve, const char *const *names, GError **error);

/* solve-cache.c: what was read of a primary.xml the last time. @key says all that
 * it depended on. FALSE: there is none, or it is damaged. */
gboolean kp_solve_cache_read(const KpSolve *solve, Repo *repo, const char *key);
/* Only as root; that it fails is no error. */
void kp_solve_cache_write(const KpSolve *solve, Repo *repo, const char *key);

#endif
