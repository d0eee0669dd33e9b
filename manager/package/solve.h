/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the planner, in the order they are called. What is installed and
 * what is offered lies in a libsolv pool; whoever fills it (the package database
 * and metadata, or a test's text) is behind KpSource. */
#ifndef KP_SOLVE_H
#define KP_SOLVE_H

#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/queue.h>
#include <solv/solver.h>
#include <solv/transaction.h>

#include "base/inventory.h"
#include "base/update.h"

typedef struct KpSolve KpSolve;

/* Which installed packages are asked for, by a name of a package or dependency. */
typedef enum {
	KP_ASK_NAME,
	KP_ASK_PROVIDES,	/* or own the file, if it begins with '/' */
	KP_ASK_REQUIRES,
	KP_ASK_CONFLICTS,
	KP_ASK_OBSOLETES,
} KpAsk;

typedef struct {
	gpointer user;
	/* Adds the installed packages that match, each once however often it is asked
	 * for. NULL: all are there from the start. */
	void (*installed)(gpointer user, KpSolve *solve, KpAsk ask, const char *name);
	/* Adds what repositories offer under @names, which is NULL-terminated. NULL:
	 * as above. */
	gboolean (*offered)(gpointer user, KpSolve *solve, const char *const *names,
			    GError **error);
} KpSource;

/* An installed kernel, and the patches that belong to it. */
typedef struct {
	Id id;
	char *kver;
	Queue patches;		/* installed, newest first */
	Queue offered;		/* best first, also those that must not be taken */
	KpUpdateKernel *out;	/* NULL: nobody asked about it */
	Id chosen;		/* or 0 */
	int tries;		/* how many could not be had */
} KpSolveKernel;

struct KpSolve {
	Pool *pool;
	Repo *installed;
	Repo *files;		/* package files that were named, as dnf's @commandline: then
				 * the plan is about these; or NULL */
	Queue named;		/* of them, those that are to be installed */
	const KpUpdateRequest *request;
	const KpSource *source;
	GPtrArray *kernels;	/* KpSolveKernel */
	GHashTable *asked;	/* questions to the source so far */
	GHashTable *offered;	/* names that repositories were read for: what they have is in
				 * the pool, and each further time it would be there once more */
	KpUpdatePlan *plan;
	Map considered;		/* the pool's */
	Map judged, welcome;	/* may a package come in unasked? Once it was judged, that stays */
	Id tie;
};

/* An empty pool with the rules of RPM. @request and @source are borrowed. */
KpSolve *kp_solve_new(const KpUpdateRequest *request, const KpSource *source, const char *arch);
void kp_solve_free(KpSolve *solve);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpSolve, kp_solve_free)

/* A repository in the pool. Its repo->appdata is @repo. */
Repo *kp_solve_add_repo(KpSolve *solve, const char *name, const KpRepo *repo);

/* Says that the installed package @id is the kernel @kver: from the path it owns. */
void kp_solve_add_kernel(KpSolve *solve, Id id, const char *kver);

/* Everything else: the plan for what is in the pool. NULL when the source fails.
 * Caller frees it. */
KpUpdatePlan *kp_solve_plan(KpSolve *solve, GError **error);

/* solve-facts.c: of one package */
gboolean kp_solve_is_patch_name(const KpSolve *solve, const char *name);
gboolean kp_solve_is_kernel(const KpSolve *solve, Id id);
/* Why a kernel is not taken. Caller frees. */
char *kp_solve_no_kernels(const KpSolve *solve);
gboolean kp_solve_obsoletes(Pool *pool, Id by, Id what);
const KpRepo *kp_solve_repo(const KpSolve *solve, Id id);
const char *kp_solve_where(const KpSolve *solve, Id id);	/* repository, "a file" */
/* version-release, without the epoch; valid until the pool's next text */
const char *kp_solve_release(const KpSolve *solve, Id id);
char *kp_solve_nevra(const KpSolve *solve, Id id);
int kp_solve_compare(const KpSolve *solve, Id a, Id b);
gboolean kp_solve_arch_fits(const KpSolve *solve, Id id);
/* A machine runs programs of several architectures; its kernel, and what patches that,
 * are of one. */
gboolean kp_solve_arch_is_of(const KpSolve *solve, Id id, Id kernel);
/* Why the configuration of @repo keeps the package away, or NULL. Caller frees. */
char *kp_solve_excluded(Pool *pool, Id id, const KpRepo *repo);
/* Why @locks, which may be NULL, keep it away, or NULL. Caller frees. solve-locks.c */
char *kp_solve_locked(Pool *pool, Id id, const KpVersionLocks *locks);
/* Why it came and was not good, or NULL. Caller frees. */
char *kp_solve_passed(const KpSolve *solve, Id id);
/* A package that only subscribes a kernel to its stream. */
gboolean kp_solve_is_empty_release(const KpSolve *solve, Id id);
KpPackage *kp_solve_package(const KpSolve *solve, Id id);
/* How long it says that its stream is promised, or NULL. Caller frees. */
char *kp_solve_until(const KpSolve *solve, Id id);
/* The dependencies in one list of a package. Caller clears @list. */
void kp_solve_dependencies(const KpSolve *solve, Id id, Id key, Queue *list);

/* solve-match.c: which patch belongs to which kernel */
void kp_solve_match(KpSolve *solve);
KpSolveKernel *kp_solve_find_kernel(const KpSolve *solve, const char *kver);
/* The uname -r that a patch asks for, as a package says it. Caller frees; NULL
 * if it asks for none. */
char *kp_solve_tie_text(const KpSolve *solve, Id id);

/* solve-choose.c: the best of them, and why not the others */
void kp_solve_choose(KpSolve *solve);
/* The next best after what was chosen for @kernel, because of @why. FALSE: none. */
gboolean kp_solve_choose_next(KpSolve *solve, KpSolveKernel *kernel, const char *why);

/* NULL: it may be seen. What does not fit or is excluded is as good as not there:
 * why it is not. Caller frees. */
char *kp_solve_invisible(const KpSolve *solve, Id id);
/* The same of a patch for the package @kernel. */
char *kp_solve_invisible_to(const KpSolve *solve, Id id, Id kernel);
/* Hides all that may not come in from libsolv: kernels, what is invisible, and
 * patches that are not @wanted. Again whenever something was added. */
void kp_solve_consider(KpSolve *solve, const Queue *wanted);

/* solve-closure.c: whatever @wanted can touch is in the pool afterwards */
gboolean kp_solve_complete(KpSolve *solve, const Queue *wanted, GError **error);

/* solve-run.c: what it takes to install @wanted. Steps go to @steps; FALSE with
 * the reasons in @reasons (char *). */
gboolean kp_solve_run(KpSolve *solve, const Queue *wanted, GPtrArray *steps, GPtrArray *reasons);

/* The last door behind libsolv: FALSE with the reason in @reasons if @transaction brings
 * a kernel, or takes one away. */
gboolean kp_solve_spares_kernels(const KpSolve *solve, const Transaction *transaction,
				 GPtrArray *reasons);

/* solve-words.c: why it cannot be done, and whether more packages could help. */
void kp_solve_explain(KpSolve *solve, Solver *solver, GPtrArray *reasons);

#endif
