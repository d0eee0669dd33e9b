// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two functions of one name, and the compiler moves the unlikely half of each
 * to twin.cold: so there are two of these, too. Who writes to `wait` waits in
 * the cold half of the second.
 */
#include <linux/delay.h>
#include <linux/module.h>

#include "twins.h"

static bool inside;
module_param(inside, bool, 0644);
MODULE_PARM_DESC(inside, "somebody waits; write 0 to let him go");

/* Its being cold makes that half of a function cold which calls it. */
noinline __cold void linger(void)
{
	WRITE_ONCE(inside, true);
	while (READ_ONCE(inside))
		msleep(20);
}

static noinline int twin(int wait)
{
	if (wait) {
		linger();
		wait += 20;
	}
	return wait + 2;
}

static int wait_set(const char *value, const struct kernel_param *kp)
{
	int wait, ret = kstrtoint(value, 0, &wait);

	return ret ? ret : one(0) + twin(wait) > 0 ? 0 : -EIO;
}

static const struct kernel_param_ops wait_ops = { .set = wait_set };
module_param_cb(wait, &wait_ops, NULL, 0200);
MODULE_PARM_DESC(wait, "write 1 to wait until inside is 0");

static int __init twins_init(void)
{
	return 0;
}

static void __exit twins_exit(void)
{
}

module_init(twins_init);
module_exit(twins_exit);
MODULE_DESCRIPTION("Two functions of one name, each with a cold half");
MODULE_LICENSE("GPL");
