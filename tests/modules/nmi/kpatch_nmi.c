// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An NMI handler that calls two functions which one patch replaces. An NMI
 * must never see one of them old and the other one new, unless the switch
 * fell between its two calls: then the first is the older answer.
 */
#include <asm/nmi.h>
#include <linux/module.h>

static unsigned long seen_old, seen_new, seen_mixed, seen_between;
module_param(seen_old, ulong, 0444);
module_param(seen_new, ulong, 0444);
module_param(seen_mixed, ulong, 0444);
module_param(seen_between, ulong, 0444);

/*
 * The compiler must know neither that the two are the same (it would fold them
 * into one) nor what they return (it would not look).
 */
#define OPAQUE static __attribute__((__noipa__))

OPAQUE int nmi_first(void)
{
	barrier();
	return 0;
}

OPAQUE int nmi_second(void)
{
	barrier();
	return 0;
}

static int handler(unsigned int type, struct pt_regs *regs)
{
	int first = nmi_first(), second = nmi_second(), again = nmi_first();

	if (first != again)
		seen_between++;
	else if (first != second)
		seen_mixed++;
	else if (first)
		seen_new++;
	else
		seen_old++;
	return NMI_DONE;
}

static int __init nmi_init(void)
{
	return register_nmi_handler(NMI_LOCAL, handler, 0, "kpatch_nmi");
}

static void __exit nmi_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, "kpatch_nmi");
}

module_init(nmi_init);
module_exit(nmi_exit);
MODULE_DESCRIPTION("Calls functions from NMIs while they are patched");
MODULE_LICENSE("GPL");
