/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel has in it right now, read from /sys. */
#ifndef KP_LIVE_H
#define KP_LIVE_H

#include "live/host.h"
#include "live/patch.h"
#include "live/store.h"

typedef struct {
	char *name;		/* module name */
	char *version;		/* as that of a patch file (patch.h); NULL when there is
				 * none and the patches that it could be compared with have one */
	KpBackendKind backend;
	gboolean enabled;	/* FALSE: only the module is still loaded */
	gboolean transition;	/* a livepatch transition is under way */
	char *pending;		/* modules it has functions of that are not loaded,
				 * with blanks between; NULL when there are none */
	gint64 place;		/* in the stack of its backend: the greater, the higher;
				 * 0 when nothing tells it (stack.h) */
	char *covered;		/* the patch above it that replaces a function of it, or NULL */
	gboolean foreign;	/* nobody here knows where it came from (stream.h) */
	gboolean succeeded;	/* its package is gone, and what packages have now follows it */
	char *missed;		/* objects that are there, or can never be, and whose
				 * functions are not switched, in the same way */
} KpLivePatch;

/* All patches in the kernel: KpLivePatch, enabled ones first, and of these what is on
 * top of the stack (stack.h). Replaced livepatch modules have left /sys/kernel/livepatch; they are
 * found by the names of @candidates (may be NULL) and by the taint that the
 * kernel marks such modules with. Caller unrefs. */
GPtrArray *kp_live_read(const char *root, const KpCandidates *candidates);

/* Why /sys cannot be believed to show all patches, or NULL. Caller frees. */
char *kp_live_problem(const KpHost *host);

/* The enabled patch on top of the stack, whoever brought it, or NULL. */
const KpLivePatch *kp_live_top(const GPtrArray *live);

/* The topmost that is not foreign, or NULL. */
const KpLivePatch *kp_live_ours(const GPtrArray *live);

/* TRUE when every task runs all of @live: in a transition some still have the old code, and
 * what is covered is not run. */
gboolean kp_live_is_in_force(const KpLivePatch *live);

/* The entry called @name, in any spelling, or NULL. */
const KpLivePatch *kp_live_find(const GPtrArray *live, const char *name);

/* The folder of @kind's patches in /sys. */
const char *kp_live_folder(KpBackendKind kind);

/* One attribute of the patch @name, for example "enabled". Caller frees. */
char *kp_live_attribute_path(const char *root, KpBackendKind kind, const char *name,
			     const char *attribute);

/* Reads a 0/1 attribute; @missing when it is not there. */
gboolean kp_live_flag(const char *root, KpBackendKind kind, const char *name,
		      const char *attribute, gboolean missing);

/* TRUE when the module @name is loaded. */
gboolean kp_module_loaded(const char *root, const char *name);

/* TRUE when a module @name is loaded that is no patch: the kernel marks those
 * with a taint, 'K' (tainted-kernels.rst). */
gboolean kp_live_is_namesake(const char *root, const char *name);

#endif
