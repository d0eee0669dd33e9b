/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kpatch-build has to tell about a change: refusals, what is left out, notes. */
#ifndef KP_BUILD_FINDING_H
#define KP_BUILD_FINDING_H

#include <glib.h>

typedef enum {
	KP_FINDING_NOTE,	/* the author should know */
	KP_FINDING_LEFT_OUT,	/* it is not in the patch, and need not be */
	KP_FINDING_REFUSED,	/* no patch is made */
} KpWeight;

typedef struct {
	KpWeight weight;
	const char *rule;	/* a word that programs know: "data-changed" */
	char *unit;		/* source file, or NULL */
	char *symbol;		/* or NULL */
	guint line;		/* in the patched source; 0: unknown */
	char *text;		/* what is wrong, and on what */
	char *advice;		/* what to do instead, or NULL */
} KpFinding;

/* Takes @text and @advice over. @symbol is copied. */
KpFinding *kp_finding_new(KpWeight weight, const char *rule, const char *symbol, char *text,
			  char *advice);
void kp_finding_free(KpFinding *finding);
/* A list that owns its KpFinding. */
GPtrArray *kp_findings_new(void);
guint kp_findings_count(const GPtrArray *findings, KpWeight weight);

#endif
