/* SPDX-License-Identifier: GPL-2.0-or-later */
/* librpm's problems, in words for who has to do something about them. */
#include <rpm/rpmprob.h>
#include <rpm/rpmps.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "package/tags.h"
#include "package/transaction.h"

/* What to do about it, by kind; what is not here is said by librpm well enough. */
static const struct {
	rpmProblemType type;
	KpErrorCode code;
	const char *advice;
} kinds[] = {
	{ RPMPROB_VERIFY, KP_ERROR_REFUSED, "get the package again from whom you trust" },
	{ RPMPROB_REQUIRES, KP_ERROR_REFUSED,
	  "name a package file of what is missing too, or enable a repository that has it" },
	{ RPMPROB_CONFLICT, KP_ERROR_REFUSED, "the two cannot be installed together" },
	{ RPMPROB_DISKSPACE, KP_ERROR_FAILED, "make room and say this again" },
	{ RPMPROB_DISKNODES, KP_ERROR_FAILED, "make room and say this again" },
	{ RPMPROB_BADARCH, KP_ERROR_REFUSED, "take the package for this machine" },
	{ RPMPROB_PKG_INSTALLED, KP_ERROR_REFUSED, "there is nothing to do" },
};

/* "kernel-uname-r = ..." is no word for an admin. */
static char *kernel_line(rpmProblem problem)
{
	const char *need = rpmProblemGetStr(problem);

	if (rpmProblemGetType(problem) != RPMPROB_REQUIRES || need == NULL ||
	    (need = strstr(need, KP_TIE " = ")) == NULL)
		return NULL;
	return g_strdup_printf("%s is for kernel %s, which is not installed",
			       rpmProblemGetPkgNEVR(problem), need + strlen(KP_TIE " = "));
}

static char *problem_line(rpmProblem problem, const char *kernel)
{
	char *raw = kernel != NULL ? NULL : rpmProblemString(problem);
	char *line = kp_text_printable(kernel != NULL ? kernel : raw);

	free(raw);
	return line;
}

static void add_problem(GString *text, rpmProblem problem, KpErrorCode *code)
{
	g_autofree char *kernel = kernel_line(problem);
	g_autofree char *line = problem_line(problem, kernel);
	const char *advice = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (kinds[i].type != rpmProblemGetType(problem))
			continue;
		*code = kinds[i].code;
		advice = kernel == NULL ? kinds[i].advice : NULL;
	}
	g_string_append_printf(text, "\n  - %s%s%s", line, advice != NULL ? ": " : "",
			       advice != NULL ? advice : "");
}

void kp_run_set_problems(const KpRun *run, GError **error)
{
	g_autoptr(GString) text = g_string_new("the packages cannot be installed, and nothing was changed:");
	rpmps problems = rpmtsProblems(run->ts);
	rpmpsi iterator = rpmpsInitIterator(problems);
	KpErrorCode code = KP_ERROR_FAILED;
	rpmProblem problem;

	while ((problem = rpmpsiNext(iterator)) != NULL)
		add_problem(text, problem, &code);
	rpmpsFreeIterator(iterator);
	rpmpsFree(problems);
	g_set_error_literal(error, KP_ERROR, (int)code, text->str);
}
