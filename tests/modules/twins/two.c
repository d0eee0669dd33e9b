// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two functions of one name, and the compiler moves the unlikely half of each
 * to twin.cold: so there are two of these, too. Who reads /proc/kpatch_twins
 * waits in the cold half of the second.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "twins.h"

static bool inside;
module_param(inside, bool, 0644);
MODULE_PARM_DESC(inside, "somebody waits; write 0 to let him go");

noinline void linger(void)
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

static int twins_show(struct seq_file *m, void *v)
{
	/* The second twin is asked for what the compiler cannot know. */
	seq_printf(m, "%d\n", one(0) + twin(!READ_ONCE(inside)));
	return 0;
}

static int __init twins_init(void)
{
	return proc_create_single("kpatch_twins", 0400, NULL, twins_show) ?
	       0 : -ENOMEM;
}

static void __exit twins_exit(void)
{
	remove_proc_entry("kpatch_twins", NULL);
}

module_init(twins_init);
module_exit(twins_exit);
MODULE_DESCRIPTION("Two functions of one name, each with a cold half");
MODULE_LICENSE("GPL");
