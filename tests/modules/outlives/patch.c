// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/delay.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "kpatch-patch.h"

/*
 * A task calls proc_exit_connector() when its parent knows already that it ends,
 * and may take it off the list of tasks. One that is called "outlives" sleeps there.
 */
static unsigned int lingering;
module_param(lingering, uint, 0444);
MODULE_PARM_DESC(lingering, "tasks that sleep there now");

static bool go;
module_param(go, bool, 0644);
MODULE_PARM_DESC(go, "let them end");

static noinline void new_proc_exit_connector(struct task_struct *task)
{
	if (strcmp(task->comm, "outlives"))
		return;
	lingering++;
	while (!READ_ONCE(go))
		msleep(20);
	lingering--;
}
KPATCH_FUNC(vmlinux, proc_exit_connector, new_proc_exit_connector);
