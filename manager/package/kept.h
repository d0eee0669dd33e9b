/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was found in metadata of a repository, kept: reading that again takes
 * seconds where there are thousands of packages, and few are about kernels. */
#ifndef KP_KEPT_H
#define KP_KEPT_H

#include "base/repo.h"

/* A kind of answer: the folder it is kept in, and its GVariant type. */
typedef struct {
	const char *folder;
	const char *type;
} KpKeptKind;

/* What was kept of @data for @question; NULL when there is nothing, it is of another
 * state of the repository, or damaged. Caller unrefs. */
GVariant *kp_kept_read(const char *root, const KpKeptKind *kind, const KpRepoData *data,
		       const char *question);

/* Keeps @answer, and takes its floating reference. Who may not write there keeps
 * nothing: it is a cache. */
void kp_kept_write(const char *root, const KpKeptKind *kind, const KpRepoData *data,
		   const char *question, GVariant *answer);

#endif
