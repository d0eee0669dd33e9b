/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/condition.h"

/* The first rule that is true counts: what the kernel does comes before what
 * is to be done with the file. */
const char *kp_condition_word(const KpCondition *facts)
{
	const struct {
		gboolean is;
		const char *word;
	} rules[] = {
		{ facts->transition && facts->awaited, "loading" },
		{ facts->transition, "stalled" },
		{ facts->revoked, "revoked" },
		{ facts->live && facts->missed, "failed" },
		{ facts->live && facts->foreign, "foreign" },
		{ facts->live && facts->pending, "pending" },
		{ facts->live && !facts->packaged, "orphaned" },
		{ facts->live, "live" },
		{ facts->blocked, "blocked" },
		{ facts->held, "held" },
		{ facts->failed, "failed" },
		{ facts->older, "superseded" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
		if (rules[i].is)
			return rules[i].word;
	return "installed";
}
