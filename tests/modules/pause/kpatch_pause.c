// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stops whoever calls a function, once, until it is told to go on: so that a
 * scenario can do something in between. Preemption is off meanwhile, so that all
 * that is done must be done on other CPUs.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static char *at;
module_param(at, charp, 0444);
MODULE_PARM_DESC(at, "name of the function");

static ulong above;
module_param(above, ulong, 0444);
MODULE_PARM_DESC(above, "calls with a second argument that is no larger do not count");

static bool armed;
module_param(armed, bool, 0644);
MODULE_PARM_DESC(armed, "stop the next call");

static bool reached;
module_param(reached, bool, 0444);
MODULE_PARM_DESC(reached, "the call has been stopped");

static bool go;
module_param(go, bool, 0644);
MODULE_PARM_DESC(go, "let it go on");

static uint calls;
module_param(calls, uint, 0644);
MODULE_PARM_DESC(calls, "how many there have been");

/*
 * The wait ends before the watchdogs of the kernel bite. What is read by its files
 * meanwhile is a race, but none that anybody need be told of.
 */
static int __no_kcsan called(struct kprobe *p, struct pt_regs *regs)
{
	int i;

	if (above && regs_get_kernel_argument(regs, 1) <= above)
		return 0;
	calls++;
	if (!xchg(&armed, false))
		return 0;
	WRITE_ONCE(go, false);
	WRITE_ONCE(reached, true);
	for (i = 0; i < 16000 && !READ_ONCE(go); i++)
		mdelay(1);
	if (!READ_ONCE(go))
		pr_err("nobody let the call of %s go on\n", at);
	WRITE_ONCE(reached, false);
	return 0;
}

static struct kprobe probe = { .pre_handler = called };

static int __init pause_init(void)
{
	probe.symbol_name = at;
	return register_kprobe(&probe);
}

static void __exit pause_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(pause_init);
module_exit(pause_exit);
MODULE_DESCRIPTION("Stops who calls a function");
MODULE_LICENSE("GPL");
