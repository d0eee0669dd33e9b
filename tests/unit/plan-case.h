/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A planning rule in one file (tests/unit/plans/README). */
#ifndef KP_TEST_PLAN_CASE_H
#define KP_TEST_PLAN_CASE_H

#include "package/solve.h"

typedef struct PlanCase PlanCase;

/* What the file at @path describes, ready to be planned. A line that is not
 * understood ends the program. */
PlanCase *plan_case_read(const char *path);
void plan_case_free(PlanCase *plan_case);

/* The plan for it, in the words of the file's last part. Caller frees. */
char *plan_case_run(PlanCase *plan_case);
const char *plan_case_expected(const PlanCase *plan_case);

#endif
