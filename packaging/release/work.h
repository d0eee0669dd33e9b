/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packages of a release, one for each kernel, several at once. */
#ifndef KP_RELEASE_WORK_H
#define KP_RELEASE_WORK_H

#include "manifest.h"

typedef enum {
	KP_RELEASE_MADE,
	KP_RELEASE_KEPT,	/* an earlier run made it of the very same */
	KP_RELEASE_REFUSED,	/* the diffs cannot be patched live there */
	KP_RELEASE_UNCHANGED,	/* they change nothing that runs there */
	KP_RELEASE_FAILED,
	KP_RELEASE_NOT_ASKED,	/* this run was for other kernels */
} KpReleaseState;

/* What became of one kernel. */
typedef struct {
	const KpReleaseKernel *kernel;
	KpReleaseState state;
	char *package;		/* name of its file in the repository, or NULL */
	char *why;		/* why there is none, or NULL */
	char *log;		/* what was printed */
} KpReleaseResult;

/* How it is done. */
typedef struct {
	const char *output;	/* the folder of the release; absolute */
	char **extra;		/* more options for kpatch-build, or NULL */
	guint jobs;		/* kernels at once */
	gboolean progress;	/* on stderr */
} KpReleaseSetting;

/* Builds what is chosen of @manifest and was not built before, into the folders repo, logs
 * and built of the output. One kernel that fails keeps no other. KpReleaseResult, in the
 * manifest's order; NULL with @error if nothing can be built at all. Caller unrefs. */
GPtrArray *kp_release_work(const KpManifest *manifest, const KpReleaseSetting *setting, GError **error);

/* One word for programs and tables: "made". */
const char *kp_release_word(KpReleaseState state);

#endif
