/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check found, before it is put in words. */
#ifndef KP_CLI_CHECK_H
#define KP_CLI_CHECK_H

#include "base/update.h"
#include "cli/options.h"
#include "cli/repositories.h"
#include "cli/status.h"

typedef struct {
	KpStatus *status;	/* of the files alone */
	KpRepositories *repositories;
	KpUpdatePlan *plan;
	GPtrArray *asked;	/* char *: packages whose details were asked for */
	GHashTable *signers;	/* checksum of a package -> char *, as far as known */
	GPtrArray *warnings;	/* char *: ours and the plan's */
} KpCheck;

/* Looks at what the repositories have for all kernels or for one, asking them as
 * @options say, and notes it for status and cve. FALSE: no plan could be made. @check
 * is zeroed before, and cleared by the caller in any case. */
gboolean kp_check_read(KpCheck *check, const KpOptions *options, GError **error);
void kp_check_clear(KpCheck *check);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KpCheck, kp_check_clear)

/* The plan for all kernels, or for the one that @options name, without what is known not to
 * be good: @asked, which may be NULL, is added to. What is odd about dnf's locks goes to
 * @warnings. NULL: none could be made. Caller frees. */
KpUpdatePlan *kp_check_plan(const KpStatus *status, const KpRepositories *repositories,
			    const KpOptions *options, GPtrArray *asked,
			    GPtrArray *warnings, GError **error);

/* The step of the plan that brings the best patch of @kernel, or NULL. */
const KpUpdateStep *kp_check_step(const KpCheck *check, const KpUpdateKernel *kernel);

/* How long patches for @kernel are promised. */
KpCoverage kp_check_coverage(const KpCheck *check, const KpUpdateKernel *kernel);

/* "update-available", "up-to-date", "uncovered", or "unknown": nothing newer is known, and
 * not all repositories are. */
const char *kp_check_word(const KpCheck *check, const KpUpdateKernel *kernel);

/* Fills signers, and the CVEs where no advisory has them. */
void kp_check_details(KpCheck *check, const KpOptions *options);

/* Adds to @passed (KpPassed) what @plan takes as a patch and was found not to be good when
 * somebody asked for its details below @root; to @asked, unless NULL, what these are called
 * there. FALSE: nothing. */
gboolean kp_details_pass(const char *root, const KpUpdatePlan *plan, KpPackagePolicy policy,
			 GPtrArray *passed, GPtrArray *asked);

/* For people and for programs. Caller frees. */
char *kp_check_text(const KpCheck *check, gboolean coloured);
char *kp_check_json(const KpCheck *check);

#endif
