/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan is data: the steps that would change something, in order. Making one
 * does no I/O; kp_execute() runs exactly these. */
#ifndef KP_PLAN_H
#define KP_PLAN_H

#include "live/select.h"

typedef enum {
	KP_STEP_HOLD,		/* keep a release away from now on */
	KP_STEP_RELEASE,	/* take its hold away */
	KP_STEP_CORE,		/* load kpatch.ko */
	KP_STEP_FINISH,		/* end an interrupted transition: live then */
	KP_STEP_WITHDRAW,	/* end an interrupted transition: not live then */
	KP_STEP_REMOVE,		/* remove a module that patches nothing any more */
	KP_STEP_LOAD,		/* make a patch live, replacing all others */
	KP_STEP_STACK,		/* make a patch live that goes on top of what is there */
	KP_STEP_DISABLE,	/* take a live patch out of the kernel */
	KP_STEP_KEEP,		/* copy a patch to the store */
} KpStepKind;

typedef struct {
	KpStepKind kind;
	KpBackendKind backend;	/* LOAD, DISABLE, FINISH, WITHDRAW */
	const char *name;	/* module; borrowed from patch or live */
	const char *version;	/* may be NULL; borrowed */
	const KpPatch *patch;	/* HOLD, RELEASE, LOAD, KEEP; borrowed */
} KpStep;

typedef struct {
	GArray *steps;		/* KpStep */
	const KpPatch *target;	/* what will be live; NULL: nothing */
	GPtrArray *after;	/* const char *: all that is to be enabled then; borrowed */
} KpPlan;

void kp_plan_free(KpPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpPlan, kp_plan_free)

/* Makes @patch live, and takes out all others that are: what it replaces goes by itself,
 * and what it does not is disabled, but for foreign patches (stream.h), which stay beside it
 * unless it replaces them. All arguments must outlive the plan. */
KpPlan *kp_plan_apply(const KpHost *host, const KpCandidates *candidates,
		      const GPtrArray *live, const KpPatch *patch);

/* Goes back to @target (NULL: to no patch at all; @foreign: of nobody's). Everything of its
 * stream that is newer becomes held, and so does what is live of another one; @target's own
 * hold is taken away. */
KpPlan *kp_plan_rollback(const KpHost *host, const KpCandidates *candidates,
			 const GPtrArray *live, const GPtrArray *holds,
			 const KpPatch *target, gboolean foreign);

/* Takes @name out, and all others that are not foreign, and holds nothing. */
KpPlan *kp_plan_none(const GPtrArray *live, const char *name);

/* TRUE when @patch would have to be loaded: it is not live, or not for sure. */
gboolean kp_plan_would_load(const GPtrArray *live, const KpPatch *patch);

/* TRUE when @step loads a patch, and when one of @plan does. */
gboolean kp_step_loads(const KpStep *step);
gboolean kp_plan_loads(const KpPlan *plan);

/* One line for people: "make kpatch_x live (1-2), replacing ...". Caller frees. */
char *kp_step_text(const KpStep *step);

/* One word for programs: "load", "hold" ... */
const char *kp_step_word(const KpStep *step);

#endif
