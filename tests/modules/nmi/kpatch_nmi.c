// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An NMI handler that calls two functions which one patch replaces. An NMI
 * must never see one of them old and the other one new, unless the switch
 * fell between its two calls: then the first is the older answer.
 *
 * Every NMI sends the next one to the other CPU. No task and no interrupt
 * takes part, so the chain goes on while the machine is stopped.
 */
#include <asm/apic.h>
#include <asm/nmi.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/module.h>

static unsigned long seen_old, seen_new, seen_mixed, seen_between;
module_param(seen_old, ulong, 0444);
module_param(seen_new, ulong, 0444);
module_param(seen_mixed, ulong, 0444);
module_param(seen_between, ulong, 0444);

/* test_patch_nmi counts here what comes while it is inside the stop */
static unsigned long seen_inside;
module_param(seen_inside, ulong, 0444);
static unsigned long nmi_count;

static bool last;
module_param(last, bool, 0644);
MODULE_PARM_DESC(last, "the next NMI sends no other");
static bool on_its_way;

/*
 * The compiler must know neither that the two are the same (it would fold them
 * into one) nor what they return (it would not look).
 */
#define OPAQUE static noinline __attribute__((__noipa__))

OPAQUE int nmi_first(void)
{
	int answer = 0;

	OPTIMIZER_HIDE_VAR(answer);	/* clang knows no noipa */
	return answer;
}

OPAQUE int nmi_second(void)
{
	int answer = 0;

	OPTIMIZER_HIDE_VAR(answer);	/* clang knows no noipa */
	return answer;
}

/*
 * By shorthand: that is one write to the local APIC, so it does not disturb an
 * interrupt that the CPU was about to send when the NMI came.
 */
static void send_next(void)
{
	WRITE_ONCE(on_its_way, true);
	apic->send_IPI_allbutself(NMI_VECTOR);
}

static void look(void)
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
}

/* One NMI at a time is on its way, so nothing here needs a lock. */
static int handler(unsigned int type, struct pt_regs *regs)
{
	if (!READ_ONCE(on_its_way))
		return NMI_DONE;
	look();
	WRITE_ONCE(nmi_count, nmi_count + 1);
	udelay(20);			/* lets the other CPU get on */
	if (READ_ONCE(last))
		WRITE_ONCE(on_its_way, false);
	else
		send_next();
	return NMI_HANDLED;
}

static int __init nmi_init(void)
{
	int ret = register_nmi_handler(NMI_LOCAL, handler, 0, "kpatch_nmi");

	/* On more CPUs each would send several. */
	if (ret || num_online_cpus() != 2)
		return ret;
	preempt_disable();
	send_next();
	preempt_enable();
	return 0;
}

static void __exit nmi_exit(void)
{
	WRITE_ONCE(last, true);
	while (READ_ONCE(on_its_way))
		msleep(1);
	unregister_nmi_handler(NMI_LOCAL, "kpatch_nmi");
}

module_init(nmi_init);
module_exit(nmi_exit);
MODULE_DESCRIPTION("Calls functions from NMIs while they are patched");
MODULE_LICENSE("GPL");
