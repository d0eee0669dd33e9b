// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lets kpatch.ko see what it should not: where ftrace's call in a function is,
 * the instruction that is there, that ftrace wants to be asked again, as it
 * does while the trampoline of an eBPF program is changed; that there is no memory;
 * or another one of an address's names.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "kpatch.h"

static bool place;
module_param(place, bool, 0644);
MODULE_PARM_DESC(place, "calls seem to be elsewhere");

static bool code;
module_param(code, bool, 0644);
MODULE_PARM_DESC(code, "calls seem to be something else");

static int again;
module_param(again, int, 0644);
MODULE_PARM_DESC(again, "so many times ftrace seems to want to be asked again");

static bool no_memory;
module_param(no_memory, bool, 0644);
MODULE_PARM_DESC(no_memory, "ftrace seems to have none to let go of a function");

static bool name;
module_param(name, bool, 0644);
MODULE_PARM_DESC(name, "symbols seem to be called something else");

static int place_found(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (place && regs_return_value(regs))
		regs->ax += 16;
	return 0;
}

static struct kretprobe place_probe = {
	.kp.symbol_name = "ftrace_location",
	.handler = place_found,
};

/* ftrace copies code, too, and would not forgive it. */
static bool called_by_kpatch(unsigned long from)
{
	return abs((long)(from - (unsigned long)kpatch_register)) < SZ_64K;
}

struct copy {
	u8 *to;
	size_t size;
};

static int copy_begins(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct copy *copy = (struct copy *)ri->data;

	copy->to = (u8 *)regs->di;
	copy->size = called_by_kpatch(*(unsigned long *)regs->sp) ?
		     regs->dx : 0;
	return 0;
}

static int copy_ends(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct copy *copy = (struct copy *)ri->data;

	if (code && copy->size == 5 && copy->to[0] == 0xe8)
		copy->to[0] = 0x90;
	return 0;
}

static struct kretprobe code_probe = {
	.kp.symbol_name = "copy_from_kernel_nofault",
	.entry_handler = copy_begins,
	.handler = copy_ends,
	.data_size = sizeof(struct copy),
};

static int name_begins(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	*(char **)ri->data = called_by_kpatch(*(unsigned long *)regs->sp) ?
			     (char *)regs->di : NULL;
	return 0;
}

static int name_ends(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	char *text = *(char **)ri->data;

	if (name && text)
		strcpy(text, "equal.part.0");
	return 0;
}

static struct kretprobe name_probe = {
	.kp.symbol_name = "sprint_symbol_no_offset",
	.entry_handler = name_begins,
	.handler = name_ends,
	.data_size = sizeof(char *),
};

static struct kretprobe *probes[] = { &place_probe, &code_probe, &name_probe };

static noinline int ask_again(void)
{
	return -EAGAIN;
}

/* Runs instead of the function, which has done nothing yet. */
static int registration_begins(struct kprobe *p, struct pt_regs *regs)
{
	if (again <= 0 || !called_by_kpatch(*(unsigned long *)regs->sp))
		return 0;
	again--;
	regs->ip = (unsigned long)ask_again;
	return 1;
}

/* With this one it is not made a jump, which would go on in the function. */
static void registration_goes_on(struct kprobe *p, struct pt_regs *regs,
				 unsigned long flags)
{
}

static struct kprobe registration_probe = {
	.symbol_name = "register_ftrace_function",
	.pre_handler = registration_begins,
	.post_handler = registration_goes_on,
};

static noinline int have_no_memory(void)
{
	return -ENOMEM;
}

static int removal_begins(struct kprobe *p, struct pt_regs *regs)
{
	if (!no_memory || !regs_get_kernel_argument(regs, 2) ||
	    !called_by_kpatch(*(unsigned long *)regs->sp))
		return 0;
	regs->ip = (unsigned long)have_no_memory;
	return 1;
}

static struct kprobe removal_probe = {
	.symbol_name = "ftrace_set_filter_ip",
	.pre_handler = removal_begins,
	.post_handler = registration_goes_on,
};

static struct kprobe *substitutes[] = { &registration_probe, &removal_probe };

static int __init liar_init(void)
{
	int ret = register_kprobes(substitutes, ARRAY_SIZE(substitutes));

	if (ret)
		return ret;
	ret = register_kretprobes(probes, ARRAY_SIZE(probes));
	if (ret)
		unregister_kprobes(substitutes, ARRAY_SIZE(substitutes));
	return ret;
}

static void __exit liar_exit(void)
{
	unregister_kprobes(substitutes, ARRAY_SIZE(substitutes));
	unregister_kretprobes(probes, ARRAY_SIZE(probes));
}

module_init(liar_init);
module_exit(liar_exit);
MODULE_DESCRIPTION("Says what is not so");
MODULE_LICENSE("GPL");
