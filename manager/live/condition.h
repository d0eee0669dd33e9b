/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a patch in one word (kpatch-manager(8), STATES). Pure. */
#ifndef KP_CONDITION_H
#define KP_CONDITION_H

#include <glib.h>

/* What decides it. */
typedef struct {
	gboolean live;		/* enabled in the running kernel */
	gboolean transition;	/* the kernel is going to it, or away from it */
	gboolean awaited;	/* and somebody is waiting for the end of that */
	gboolean missed;	/* the kernel does not say of all its functions that they
				 * are switched, and none of it is to come */
	gboolean pending;	/* it waits for a module to be loaded */
	gboolean foreign;	/* nobody here knows where it came from */
	gboolean packaged;	/* a package brings it */
	gboolean revoked;	/* the file, or whoever signed it */
	gboolean blocked;
	gboolean held;
	gboolean failed;	/* the last attempt was with it, in this boot, and failed */
	gboolean older;		/* than what is live, or will be at boot */
} KpCondition;

/* "live", "held" ...; never NULL. The word for what repositories know,
 * "available", comes with those. */
const char *kp_condition_word(const KpCondition *facts);

#endif
