// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions of the kernel in which anybody may sleep for as long as he likes:
 * reads of the files below /proc/kpatch_door end when `open` is set. The thread
 * of this module does the same if asked to.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

static bool open;
module_param(open, bool, 0644);
MODULE_PARM_DESC(open, "let all of them out");

static bool thread;
module_param(thread, bool, 0444);
MODULE_PARM_DESC(thread, "a thread of the kernel sleeps there, too");

static struct task_struct *task;
static struct proc_dir_entry *dir;

/* The functions that patches replace. */
static noinline int door_sleep(struct seq_file *m, void *v)
{
	while (!READ_ONCE(open))
		if (msleep_interruptible(20) || signal_pending(current))
			return -ERESTARTSYS;
	seq_puts(m, "original\n");
	return 0;
}

static noinline int door_stay(struct seq_file *m, void *v)
{
	while (!READ_ONCE(open))
		msleep(20);
	seq_puts(m, "original\n");
	return 0;
}

/* Ends soon; who reads it in a loop is in it nearly all the time. */
static noinline int door_pass(struct seq_file *m, void *v)
{
	msleep_interruptible(10);
	seq_puts(m, "original\n");
	return 0;
}

static noinline void door_nap(void)
{
	while (!kthread_should_stop())
		msleep_interruptible(20);
}

static int door_thread(void *unused)
{
	door_nap();
	return 0;
}

static int __init door_init(void)
{
	dir = proc_mkdir("kpatch_door", NULL);
	if (!dir)
		return -ENOMEM;
	if (!proc_create_single("sleep", 0444, dir, door_sleep) ||
	    !proc_create_single("stay", 0444, dir, door_stay) ||
	    !proc_create_single("pass", 0444, dir, door_pass)) {
		proc_remove(dir);
		return -ENOMEM;
	}
	if (thread)
		task = kthread_run(door_thread, NULL, "door");
	return 0;
}

static void __exit door_exit(void)
{
	open = true;
	proc_remove(dir);
	if (!IS_ERR_OR_NULL(task))
		kthread_stop(task);
}

module_init(door_init);
module_exit(door_exit);
MODULE_DESCRIPTION("Somewhere to sleep");
MODULE_LICENSE("GPL");
