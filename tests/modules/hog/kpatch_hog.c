// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thread that does not leave its CPU of its own will for some seconds: it may
 * be preempted, but an RCU-tasks grace period has to wait for it.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>

static uint seconds = 8;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "how long");

static bool busy;
module_param(busy, bool, 0444);
MODULE_PARM_DESC(busy, "it is at it");

static struct task_struct *task;

static int hog_thread(void *unused)
{
	unsigned long end = jiffies + seconds * HZ;

	WRITE_ONCE(busy, true);
	while (time_before(jiffies, end) && !kthread_should_stop())
		cond_resched();		/* which no grace period of tasks counts */
	WRITE_ONCE(busy, false);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ / 10);
	return 0;
}

static int __init hog_init(void)
{
	task = kthread_create(hog_thread, NULL, "hog");
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpumask_last(cpu_online_mask));
	wake_up_process(task);
	return 0;
}

static void __exit hog_exit(void)
{
	kthread_stop(task);
}

module_init(hog_init);
module_exit(hog_exit);
MODULE_DESCRIPTION("A thread that keeps its CPU");
MODULE_LICENSE("GPL");
