// SPDX-License-Identifier: GPL-2.0-or-later
/* Wants its unpatch hooks to run when it is replaced, too. */
#include <linux/kernel.h>

#include "kpatch-patch.h"

static unsigned long new_int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	while ((root + 1) * (root + 1) <= x)
		root++;
	return root;
}

KPATCH_FUNC(vmlinux, int_sqrt, new_int_sqrt);
KPATCH_UNPATCH_ON_REPLACE;

static void say(const char *hook)
{
	pr_info("hook %s %s\n", hook,
		irqs_disabled() ? "inside the stop" : "may sleep");
}

static void pre_unpatch(kpatch_hook_object *obj)
{
	say("pre_unpatch");
}
KPATCH_PRE_UNPATCH(vmlinux, pre_unpatch);

static void post_unpatch(kpatch_hook_object *obj)
{
	say("post_unpatch");
}
KPATCH_POST_UNPATCH(vmlinux, post_unpatch);
