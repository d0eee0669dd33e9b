/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A patch module as kpatch-build makes them: cumulative, for the kernel's own
 * livepatch, without a version of its own. */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static int classic_cmdline_show(struct seq_file *m, void *v)
{
	seq_puts(m, "classic release " RELEASE "\n");
	return 0;
}

static struct klp_func funcs[] = {
	{ .old_name = "cmdline_proc_show", .new_func = classic_cmdline_show },
	{ }
};

static struct klp_object objects[] = { { .funcs = funcs }, { } };

static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects, .replace = true };

static int __init classic_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit classic_exit(void)
{
}

module_init(classic_init);
module_exit(classic_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
