/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules by which a kernel gets its word and a check its exit code. */
#include "cli/status.h"

#include "base/error.h"
#include "base/version.h"

/* Of what says no release, only the same is as new; and what differs in a leading zero
 * alone has no order, but is not the same. */
static gboolean is_current(const KpStatusFacts *facts)
{
	int order;

	if (facts->best == NULL)
		return TRUE;
	if (!kp_version_says(facts->best) && !kp_version_says(facts->live_version))
		return g_strcmp0(facts->best, facts->live_version) == 0;
	order = kp_version_compare(facts->live_version, facts->best);
	return order > 0 || (order == 0 && g_str_equal(facts->live_version, facts->best));
}

const char *kp_status_word(const KpStatusFacts *facts)
{
	gboolean current = is_current(facts);
	gboolean settled = facts->live && current && !facts->transition && !facts->overlaid &&
			   !facts->hidden;
	const struct {
		gboolean is;
		const char *word;
	} rules[] = {
		{ facts->blocked || facts->revoked || facts->missed, "failed" },
		{ !facts->running && !facts->covered, "uncovered" },
		{ !facts->running && kp_version_compare(facts->available, facts->best) > 0,
		  "update-available" },
		{ !facts->running, "up-to-date" },
		{ settled && facts->available != NULL &&
		  kp_version_compare(facts->available, facts->live_version) > 0,
		  "update-available" },
		{ settled, "up-to-date" },
		{ facts->last_failed, "failed" },
		{ facts->covered || facts->live, "not-live" },
		{ facts->newer_kernel, "reboot-needed" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
		if (rules[i].is)
			return rules[i].word;
	return "uncovered";
}

/* The worst first: what went wrong, what is not at rest, what is missing. */
KpStatusVerdict kp_status_verdict(const KpStatusFacts *facts)
{
	const char *word = kp_status_word(facts);
	const struct {
		gboolean is;
		KpStatusVerdict verdict;
	} rules[] = {
		{ facts->revoked, { KP_EXIT_CHECK_FAILED, "revoked" } },
		{ facts->blocked, { KP_EXIT_CHECK_FAILED, "blocked" } },
		{ g_str_equal(word, "failed"), { KP_EXIT_CHECK_FAILED, "failed" } },
		{ facts->transition && facts->awaited, { KP_EXIT_CHECK_UNSETTLED, "loading" } },
		{ facts->transition, { KP_EXIT_CHECK_UNSETTLED, "stalled" } },
		{ facts->core_refused, { KP_EXIT_CHECK_FAILED, "core-refused" } },
		{ g_str_equal(word, "not-live"), { KP_EXIT_CHECK_NOT_LIVE, "not-live" } },
		{ g_str_equal(word, "uncovered") || g_str_equal(word, "reboot-needed"),
		  { KP_EXIT_CHECK_UNCOVERED, word } },
		{ facts->foreign, { KP_EXIT_CHECK_FOREIGN, "foreign" } },
		{ g_str_equal(word, "update-available"), { KP_EXIT_CHECK_NEWER, word } },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
		if (rules[i].is)
			return rules[i].verdict;
	return (KpStatusVerdict){ KP_EXIT_DONE, word };
}
