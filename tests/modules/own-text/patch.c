// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/delay.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include "kpatch-patch.h"

/*
 * The read of a file sleeps in a function of this module that replaces nothing,
 * as helpers do that were jumped to.
 */
static bool hold = true;
module_param(hold, bool, 0644);
MODULE_PARM_DESC(hold, "keep readers of /proc/kpatch_own_text");

static noinline int helper(struct seq_file *m, void *v)
{
	while (READ_ONCE(hold))
		msleep(20);
	seq_puts(m, "out\n");
	return 0;
}

static int new_version(struct seq_file *m, void *v)
{
	seq_puts(m, "patched\n");
	return 0;
}
KPATCH_FUNC(vmlinux, version_proc_show, new_version);

static int pre_patch(kpatch_hook_object *obj)
{
	return proc_create_single("kpatch_own_text", 0444, NULL, helper) ?
	       0 : -ENOMEM;
}
KPATCH_PRE_PATCH(vmlinux, pre_patch);

static void post_unpatch(kpatch_hook_object *obj)
{
	remove_proc_entry("kpatch_own_text", NULL);
}
KPATCH_POST_UNPATCH(vmlinux, post_unpatch);
