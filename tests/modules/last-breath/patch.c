// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/delay.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "kpatch-patch.h"

/*
 * A task calls proc_flush_pid() when it is on no list of tasks any more. One
 * that is called "lingers" sleeps there.
 */
static unsigned int lingering;
module_param(lingering, uint, 0444);
MODULE_PARM_DESC(lingering, "tasks that sleep there now");

static bool go;
module_param(go, bool, 0644);
MODULE_PARM_DESC(go, "let them end");

static DEFINE_SPINLOCK(lock);

static void count(int change)
{
	spin_lock(&lock);
	lingering += change;
	spin_unlock(&lock);
}

static noinline void new_proc_flush_pid(struct pid *pid)
{
	if (strcmp(current->comm, "lingers") || !(current->flags & PF_EXITING))
		return;
	count(1);
	while (!READ_ONCE(go))
		msleep(200);
	count(-1);
}
KPATCH_FUNC(vmlinux, proc_flush_pid, new_proc_flush_pid);
