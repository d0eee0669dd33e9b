// SPDX-License-Identifier: GPL-2.0-or-later
/* The shortest stop there is: reading the parameter stops the machine for
 * nothing and tells how long that took, in nanoseconds. */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/stop_machine.h>

static int nothing(void *unused)
{
	return 0;
}

static int empty_get(char *buffer, const struct kernel_param *kp)
{
	u64 start = ktime_get_mono_fast_ns();

	stop_machine(nothing, NULL, NULL);
	return sprintf(buffer, "%llu\n", ktime_get_mono_fast_ns() - start);
}

static const struct kernel_param_ops empty_ops = { .get = empty_get };
module_param_cb(empty, &empty_ops, NULL, 0444);
MODULE_DESCRIPTION("An empty stop of the machine");
MODULE_LICENSE("GPL");
