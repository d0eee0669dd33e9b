// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Says in the log which hook runs, in which context, and which function the
 * callers get at that moment.
 */
#include <linux/delay.h>
#include <linux/kernel.h>

#include "kpatch-patch.h"

#define QUESTION	1764UL		/* the square of 42 */
#define ANSWER		7UL

static int refuse;
module_param(refuse, int, 0444);
MODULE_PARM_DESC(refuse, "error for pre_patch to return");

static unsigned long new_int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	if (x == QUESTION)
		return ANSWER;
	while ((root + 1) * (root + 1) <= x)
		root++;
	return root;
}

KPATCH_FUNC(vmlinux, int_sqrt, new_int_sqrt);

static void say(const char *hook)
{
	pr_info("hook %s %s %s\n", hook,
		irqs_disabled() ? "inside the stop" : "may sleep",
		int_sqrt(QUESTION) == ANSWER ? "new" : "old");
}

static int pre_patch(kpatch_hook_object *obj)
{
	msleep(1);
	say("pre_patch");
	return refuse;
}
KPATCH_PRE_PATCH(vmlinux, pre_patch);

static void post_patch(kpatch_hook_object *obj)
{
	say("post_patch");
}
KPATCH_POST_PATCH(vmlinux, post_patch);

static void pre_unpatch(kpatch_hook_object *obj)
{
	say("pre_unpatch");
}
KPATCH_PRE_UNPATCH(vmlinux, pre_unpatch);

static void post_unpatch(kpatch_hook_object *obj)
{
	msleep(1);
	say("post_unpatch");
}
KPATCH_POST_UNPATCH(vmlinux, post_unpatch);
