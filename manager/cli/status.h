/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status knows, before it is put in words. */
#ifndef KP_STATUS_H
#define KP_STATUS_H

#include "base/inventory.h"
#include "base/settings.h"
#include "base/state.h"
#include "live/host.h"
#include "live/live.h"
#include "live/select.h"

typedef struct {
	char *kver;
	gboolean running;
	const char *package;	/* of the kernel; NULL when not from a package */
	GPtrArray *packages;	/* KpInvPatch, borrowed: patch packages for it */
	KpCandidates *candidates;
	GPtrArray *holds;	/* KpHold */
	const KpPatch *best;	/* newest that is not held, or NULL */
	gint64 since;		/* when the top patch went live; 0: not known */
	KpRecord *last;		/* last attempt on this kernel, or NULL */
	const char *word;	/* state of the kernel */
} KpStatusKernel;

typedef struct {
	KpHost *host;
	KpSettings *settings;
	KpState *state;
	KpInventory *inventory;	/* NULL: it cannot be read */
	GPtrArray *live;	/* KpLivePatch of the running kernel */
	GPtrArray *kernels;	/* KpStatusKernel, newest first, the running one before all */
	GPtrArray *problems;	/* char *: what is wrong, or could not be read */
} KpStatus;

/* What decides the state of a kernel (kpatch-manager(8), STATES). */
typedef struct {
	gboolean running;
	gboolean covered;	/* a package or a file has a patch for it */
	gboolean transition;	/* of the top patch */
	const char *best;	/* version of the newest that is not held, or NULL */
	gboolean live;		/* some patch is live */
	const char *live_version;	/* of the top patch; may be NULL */
	gboolean last_failed;	/* the last attempt did not go well */
} KpStatusFacts;

/* The state of a kernel in one word. Pure. */
const char *kp_status_word(const KpStatusFacts *facts);

/* Reads everything below @root. Only a bad configuration is an error; what
 * else cannot be read is a problem. Caller frees. */
KpStatus *kp_status_read(const char *root, GError **error);
void kp_status_free(KpStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpStatus, kp_status_free)

/* For programs and for people. Caller frees. */
char *kp_status_json(const KpStatus *status);
char *kp_status_table(const KpStatus *status, gboolean coloured);

#endif
