// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module that is no patch. Asked to, it puts a kprobe with a post handler on
 * a function; such a probe may change where the function returns to, so ftrace
 * lets nobody else redirect it.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static char *on;
module_param(on, charp, 0444);
MODULE_PARM_DESC(on, "function to put a kprobe on");

static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = { .post_handler = after };

static int __init probe_init(void)
{
	probe.symbol_name = on;
	return on ? register_kprobe(&probe) : 0;
}

static void __exit probe_exit(void)
{
	if (on)
		unregister_kprobe(&probe);
}

module_init(probe_init);
module_exit(probe_exit);
MODULE_DESCRIPTION("A module that is no patch, with a kprobe");
MODULE_LICENSE("GPL");
