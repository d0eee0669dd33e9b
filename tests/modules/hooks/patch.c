// SPDX-License-Identifier: GPL-2.0-or-later
/* Says in the log which hook runs, and in which context. */
#include <linux/delay.h>
#include <linux/seq_file.h>

#include "kpatch-patch.h"

static int refuse;
module_param(refuse, int, 0444);
MODULE_PARM_DESC(refuse, "error for pre_patch to return");

static void say(const char *hook)
{
	pr_info("hook %s %s\n", hook,
		irqs_disabled() ? "inside the stop" : "may sleep");
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

static int new_version(struct seq_file *m, void *v)
{
	seq_puts(m, "patched with hooks\n");
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, new_version);
