/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May the changes of one object be a live patch? One rule a function; each refusal says
 * what to do instead. */
#ifndef KP_BUILD_JUDGE_H
#define KP_BUILD_JUDGE_H

#include "compare.h"
#include "prove.h"

typedef struct {
	const KpComparison *comparison;
	const KpProof *proof;		/* of the original; NULL: it is not asked for */
	const char *image;		/* what the proof was made with, for messages */
} KpJudgeRequest;

typedef struct {
	GPtrArray *findings;		/* KpFinding */
	GHashTable *functions;		/* set of KpObjectSymbol (patched): to be replaced */
} KpJudgement;

/* Never NULL. */
KpJudgement *kp_judge(const KpJudgeRequest *request);
void kp_judgement_free(KpJudgement *judgement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpJudgement, kp_judgement_free)

#endif
