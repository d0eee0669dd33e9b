/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of the package wing, and the plan it answers with. Planning
 * changes nothing; whoever carries the plan out decides nothing. */
#ifndef KP_UPDATE_H
#define KP_UPDATE_H

#include <glib.h>

#include "base/packager.h"
#include "base/repo.h"
#include "base/version-locks.h"

/* A package in a repository, in a file, or installed. */
typedef struct {
	char *name;
	char *evr;		/* with the epoch only if it is not 0 */
	char *arch;
	const KpRepo *repo;	/* NULL: installed, or a file that was named */
	guint file;		/* which one of the request, from 1; 0: none */
	char *location;		/* below the repository's base; NULL without one */
	char *base;		/* xml:base of the location, or NULL */
	char *checksum_type;	/* "sha256" and so on; NULL when installed */
	char *checksum;		/* hexadecimal */
	guint64 size;		/* bytes to download */
	guint64 header_end;	/* bytes from the start that hold the header; 0: not known */
} KpPackage;

/* A release that may not be chosen; what is live or held is told by the caller. */
typedef struct {
	char *kver;		/* NULL: of any kernel */
	char *version;		/* version-release of the patch */
	char *word;		/* "held", "blocked" or "revoked" */
	char *reason;
	gboolean any_build;	/* FALSE: one build of it, known by its digest: a package
				 * file says itself whether it has that one */
} KpBarred;

/* A package of a repository that came, and was not good. */
typedef struct {
	char *repo;		/* id */
	char *nevra;
	char *reason;
} KpPassed;

/* A package file that was named. Its header was verified, and nobody can change what
 * @fd reads. */
typedef struct {
	const char *path;	/* as it was named */
	int fd;
	gboolean there;		/* it is installed already, whole */
} KpUpdateFile;

typedef struct {
	const char *root;
	KpPackager packager;		/* whose commands an operator types */
	const char *rpmdb;
	const char *const *globs;	/* names of patch packages */
	const GPtrArray *repos;		/* KpRepoData */
	const GPtrArray *barred;	/* KpBarred */
	const KpVersionLocks *locks;	/* or NULL */
	const char *running;		/* uname -r, or NULL */
	const char *live;		/* version-release that is live in it, or NULL */
	const char *kernel;		/* only this one (uname -r); NULL: see @all */
	gboolean all;			/* every installed kernel, else the running one */
	const char *release;		/* version-release by name, older ones too; NULL: the best */
	const GArray *files;		/* KpUpdateFile: all of these, whatever is the best;
					 * NULL: none was named */
	const GPtrArray *passed;	/* KpPassed: none of these; or NULL */
} KpUpdateRequest;

typedef enum {
	KP_STEP_INSTALL,
	KP_STEP_UPGRADE,
	KP_STEP_DOWNGRADE,
	KP_STEP_REINSTALL,
	KP_STEP_ERASE,
} KpUpdateStepKind;

typedef struct {
	KpUpdateStepKind kind;
	KpPackage *package;
	char *replaces;		/* EVR of what it takes the place of, or NULL */
	GPtrArray *displaces;	/* char *: "NEVRA (REPOSITORY)", "NEVRA (installed)": what goes,
				 * or is not taken, because it says so of other names, but for
				 * @replaces; NULL: nothing */
} KpUpdateStep;

/* One installed kernel. */
typedef struct {
	char *kver;
	char *package;		/* NEVRA of the kernel */
	gboolean running;
	char *installed;	/* EVR of the patch package there is, or NULL */
	KpPackage *best;	/* what should be there; NULL: nothing newer than @installed */
	gboolean covered;	/* some repository or package has patches for it */
	gboolean patched;	/* @installed brings one: it does not only subscribe */
	char **cves;		/* that @best adds; may be empty, never NULL */
	char **logged;		/* that the changelog of @best adds; NULL: not looked at */
	char *until;		/* how long its stream is promised, as the newest of its
				 * patches says it: YYYYMMDD; NULL: it does not */
	GPtrArray *passed;	/* char *: newer ones that were not taken, and why */
} KpUpdateKernel;

typedef struct {
	GPtrArray *kernels;	/* KpUpdateKernel, the running one first, then newest first */
	GPtrArray *steps;	/* KpUpdateStep, in the order of the transaction */
	GPtrArray *problems;	/* char *: why it cannot be carried out; empty: it can */
	GPtrArray *warnings;	/* char * */
	GPtrArray *sources;	/* const KpRepo *: those that have patches for kernels here */
	gboolean unsolved;	/* among the problems is one that packages which were not
				 * in sight could solve */
} KpUpdatePlan;

/* "install", "upgrade", ... */
const char *kp_update_step_word(KpUpdateStepKind kind);
/* name-evr.arch. Caller frees. */
char *kp_package_nevra(const KpPackage *package);

KpPassed *kp_passed_new(const KpPackage *package, const char *reason);
void kp_passed_free(KpPassed *passed);
void kp_package_free(KpPackage *package);
void kp_barred_free(KpBarred *barred);
void kp_update_step_free(KpUpdateStep *step);
void kp_update_kernel_free(KpUpdateKernel *kernel);
KpUpdatePlan *kp_update_plan_new(void);
void kp_update_plan_free(KpUpdatePlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpPackage, kp_package_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpUpdatePlan, kp_update_plan_free)

#endif
