/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a plan, step by step, and records how it went. */
#ifndef KP_EXECUTE_H
#define KP_EXECUTE_H

#include "base/state.h"
#include "live/backend.h"
#include "live/plan.h"
#include "live/vouch.h"

typedef struct {
	const KpHost *host;
	const KpSettings *settings;
	KpState *state;		/* NULL: nothing can be recorded or held */
	const char *action;	/* for the history: "apply", "boot" ... */
	const KpWatch *watch;	/* may be NULL */
	KpVoucher *voucher;	/* of the core module; patches are vouched for by now */
} KpExecution;

/* Runs @plan. When a step that changes the kernel fails, holds that the plan
 * made are taken back, so that nothing is changed. What fails after the
 * kernel was switched is no error: it is added to @warnings (char *). */
gboolean kp_execute(const KpExecution *execution, const KpPlan *plan,
		    GPtrArray *warnings, GError **error);

#endif
