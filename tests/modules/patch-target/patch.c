// SPDX-License-Identifier: GPL-2.0-or-later
/* Patches a module that may not be loaded yet, and vmlinux beside it. */
#include <linux/seq_file.h>

#include "kpatch-patch.h"

static int refuse;
module_param(refuse, int, 0644);
MODULE_PARM_DESC(refuse, "error for pre_patch of the module to return");

static int pre_patch(kpatch_hook_object *obj)
{
	pr_info("target hook pre_patch\n");
	return refuse;
}
KPATCH_PRE_PATCH(kpatch_target, pre_patch);

static void post_patch(kpatch_hook_object *obj)
{
	pr_info("target hook post_patch\n");
}
KPATCH_POST_PATCH(kpatch_target, post_patch);

static void pre_unpatch(kpatch_hook_object *obj)
{
	pr_info("target hook pre_unpatch\n");
}
KPATCH_PRE_UNPATCH(kpatch_target, pre_unpatch);

static void post_unpatch(kpatch_hook_object *obj)
{
	pr_info("target hook post_unpatch\n");
}
KPATCH_POST_UNPATCH(kpatch_target, post_unpatch);

static const char *new_message(void)
{
	return "patched";
}

KPATCH_FUNC(kpatch_target, target_message, new_message);

static int new_version(struct seq_file *m, void *v)
{
	seq_puts(m, "patched together with kpatch_target\n");
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, new_version);
