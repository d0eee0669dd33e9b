/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status knows, before it is put in words. */
#ifndef KP_STATUS_H
#define KP_STATUS_H

#include "base/available.h"
#include "base/coverage.h"
#include "base/inventory.h"
#include "base/settings.h"
#include "base/state.h"
#include "cli/json.h"
#include "live/asked.h"
#include "live/host.h"
#include "live/live.h"
#include "live/select.h"
#include "live/service.h"
#include "live/vouch.h"

/* One patch of a kernel: a file, or what is live without one. */
typedef struct {
	const char *name;
	const char *version;	/* may be NULL for what is live */
	KpBackendKind backend;
	const KpPatch *file;	/* NULL: there is none */
	const KpLivePatch *live;	/* NULL: it is not in the kernel */
	const KpHold *hold;	/* NULL: it is not held */
	const char *revoked;	/* why; NULL: it is not revoked */
	const char *word;	/* its state */
} KpStatusPatch;

/* What status --check says of the running kernel. */
typedef struct {
	int code;		/* exit code, KP_EXIT_DONE or KP_EXIT_CHECK_* */
	const char *word;
} KpStatusVerdict;

typedef struct {
	char *kver;
	gboolean running;
	const char *package;	/* of the kernel; NULL when not from a package */
	GPtrArray *packages;	/* KpInvPatch, borrowed: patch packages for it */
	KpCandidates *candidates;
	GPtrArray *patches;	/* KpStatusPatch, as the candidates are ordered */
	GPtrArray *holds;	/* KpHold */
	GPtrArray *records;	/* KpRecord, newest first */
	KpAsked asked;		/* a way back that the package manager went */
	const KpPatch *best;	/* that would be taken, or NULL */
	const KpPatch *hidden;	/* of another stream than what is live, and packages have it */
	KpRecord *load;		/* how the top patch went live, or NULL */
	char *recalled;		/* why the top patch is revoked by now, or NULL */
	gint64 since;		/* when the top patch went live; 0: not known */
	KpRecord *last;		/* last attempt on this kernel, or NULL */
	const KpAvailable *available;	/* newer than what is here, or NULL */
	KpCoverage coverage;
	const char *word;	/* state of the kernel */
} KpStatusKernel;

typedef struct {
	KpHost *host;
	KpSettings *settings;
	KpVoucher *voucher;
	GPtrArray *certificates;	/* KpTrusted: who may sign; NULL: nobody is asked */
	KpState *state;
	KpInventory *inventory;	/* NULL: it cannot be read */
	GPtrArray *available;	/* KpAvailable: what was noted of repositories */
	KpLook look;		/* and when */
	GPtrArray *live;	/* KpLivePatch of the running kernel */
	GPtrArray *nothing;	/* as much of every other one: empty */
	KpServiceState service;	/* at the next boot */
	char *core;		/* why kpatch.ko, which is needed, would not be loaded then, or NULL */
	gboolean thorough;	/* every file is verified */
	gboolean awaited;	/* a transition is under way, and waited for */
	KpStatusVerdict verdict;	/* of the running kernel */
	GPtrArray *kernels;	/* KpStatusKernel, newest first, the running one before all */
	GPtrArray *problems;	/* char *: what is wrong, or could not be read */
	gboolean unread;	/* a folder could not be read: there may be more patches */
} KpStatus;

/* What decides the state of a kernel (kpatch-manager(8), STATES). */
typedef struct {
	gboolean running;
	gboolean covered;	/* a package or a file has a patch for it */
	gboolean transition;	/* one is under way */
	gboolean awaited;	/* and waited for */
	gboolean missed;	/* functions of the top patch are not switched, and will not be */
	gboolean blocked;	/* the newest patch is blocked */
	gboolean revoked;	/* what is live is revoked */
	gboolean newer_kernel;	/* one is installed */
	const char *available;	/* newest version in a repository; NULL: none known */
	const char *best;	/* version of the newest that is not held, or NULL */
	gboolean live;		/* some patch is live that is not foreign */
	gboolean foreign;	/* some patch is live that is */
	gboolean overlaid;	/* what is live is not all in force, or a newer one is below it */
	gboolean hidden;	/* what packages have is of another stream */
	const char *live_version;	/* of the top patch; may be NULL */
	gboolean core_refused;	/* the core module would not be loaded at the next boot */
	gboolean last_failed;	/* the last attempt did not go well */
} KpStatusFacts;

/* The state of a kernel in one word. Pure. */
const char *kp_status_word(const KpStatusFacts *facts);

/* What is worst about a running kernel. Pure. */
KpStatusVerdict kp_status_verdict(const KpStatusFacts *facts);

/* Fills the patches of @kernel, when all else of @status is known. */
void kp_status_add_patches(KpStatus *status, KpStatusKernel *kernel);

/* The topmost patch in @kernel that is not foreign, or NULL. */
const KpStatusPatch *kp_status_top(const KpStatus *status, const KpStatusKernel *kernel);

/* What is live in @kernel to begin with: that patch, or else the topmost foreign one. */
const KpStatusPatch *kp_status_shown(const KpStatus *status, const KpStatusKernel *kernel);

/* The release that is live, if the packages of the running kernel go on from it; or NULL. */
const char *kp_status_live_release(const KpStatus *status);

/* What is live beside that, and what keeps it from being in force. */
void kp_status_stack_text(const KpStatus *status, const KpStatusKernel *kernel, GString *text);

/* Reads who vouched for what is live in @kernel, and whether somebody took that
 * back since. Before kp_status_add_patches(). */
void kp_status_recall(KpStatus *status, KpStatusKernel *kernel);

/* What is to come for @kernel; when all else but its word is known. */
void kp_status_outlook(KpStatus *status, KpStatusKernel *kernel);
void kp_status_outlook_text(const KpStatusKernel *kernel, GString *text);
/* That nobody has looked for long, if so. */
void kp_status_look_text(const KpStatus *status, GString *text);
/* the member "looked" */
void kp_status_look_json(KpJson *json, const KpStatus *status);
/* the members "available" and "coverage" */
void kp_status_outlook_json(KpJson *json, const KpStatusKernel *kernel);
void kp_coverage_json(KpJson *json, const KpCoverage *coverage);

/* Why what should be live is not, or not as it should be, and what to do: one line
 * each. */
void kp_status_why_text(const KpStatus *status, const KpStatusKernel *kernel, GString *text);

/* TRUE when a patch that is newer than the best one is blocked. */
gboolean kp_status_is_blocked(const KpStatusKernel *kernel);

/* Reads everything below @root. @thorough: verifies every patch file, else only what
 * decides which one is the best, and what is live. Only a bad configuration is an
 * error; what else cannot be read is a problem. Caller frees. */
KpStatus *kp_status_read(const char *root, gboolean thorough, GError **error);

/* @code, but for KP_EXIT_DONE of a @status for which not all could be read. */
int kp_status_exit_code(const KpStatus *status, int code);

/* The same without asking the package database: kernels are those that have a
 * folder, only @kver unless NULL. */
KpStatus *kp_status_read_files(const char *root, const char *kver, GError **error);
void kp_status_free(KpStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpStatus, kp_status_free)

/* For programs and for people. Caller frees. */
char *kp_status_json(const KpStatus *status);
char *kp_status_table(const KpStatus *status, gboolean coloured);

/* The running kernel in a line, and what is wrong. Caller frees. */
char *kp_status_check_text(const KpStatus *status);

#endif
