// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many tasks, which sleep or are all woken again and again, or once: before
 * their stacks are walked, or between the walk and the stop.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/wait.h>

static unsigned int tasks = 100;
module_param(tasks, uint, 0444);
MODULE_PARM_DESC(tasks, "how many");

static bool storm;
module_param(storm, bool, 0644);
MODULE_PARM_DESC(storm, "wake all of them every other millisecond");

static bool bound;
module_param(bound, bool, 0444);
MODULE_PARM_DESC(bound, "bind all of them to the last CPU");

static bool early;
module_param(early, bool, 0644);
MODULE_PARM_DESC(early, "wake all of them at the start of the next walk");

static bool late;
module_param(late, bool, 0644);
MODULE_PARM_DESC(late, "wake all of them at the end of the next walk");

static int ran;
module_param(ran, int, 0644);
MODULE_PARM_DESC(ran, "how many of them had run when early or late was done");

static struct task_struct **crowd;
static struct task_struct *waker;
static DECLARE_WAIT_QUEUE_HEAD(queue);
static unsigned int beat;
static atomic_t woken;

static int crowd_thread(void *unused)
{
	unsigned int seen = 0;

	while (!kthread_should_stop()) {
		wait_event_interruptible(queue, READ_ONCE(beat) != seen ||
					 kthread_should_stop());
		seen = READ_ONCE(beat);
		atomic_inc(&woken);
	}
	return 0;
}

/*
 * Preemption is off here, so none of them can run on this CPU: they have to be
 * bound to another. The wait ends before the watchdogs of the kernel bite.
 */
static void wake_once(bool *asked)
{
	int i;

	if (!xchg(asked, false))
		return;
	atomic_set(&woken, 0);
	WRITE_ONCE(beat, beat + 1);
	wake_up_all(&queue);
	for (i = 0; i < 8000 && atomic_read(&woken) < tasks / 3; i++)
		mdelay(1);
	ran = atomic_read(&woken);
}

static int walk_begins(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	wake_once(&early);
	return 0;
}

static int walk_ends(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	wake_once(&late);
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "kpatch_walk_outside",
	.entry_handler = walk_begins,
	.handler = walk_ends,
};

static int waker_thread(void *unused)
{
	while (!kthread_should_stop()) {
		if (READ_ONCE(storm)) {
			WRITE_ONCE(beat, beat + 1);
			wake_up_all(&queue);
		}
		usleep_range(2000, 3000);
	}
	return 0;
}

static void stop_all(void)
{
	unsigned int i;

	if (waker)
		kthread_stop(waker);
	for (i = 0; i < tasks && crowd[i]; i++)
		kthread_stop(crowd[i]);
	kvfree(crowd);
}

static int __init crowd_init(void)
{
	struct task_struct *task;
	unsigned int i;
	int ret;

	crowd = kvcalloc(tasks, sizeof(*crowd), GFP_KERNEL);
	if (!crowd)
		return -ENOMEM;
	for (i = 0; i < tasks; i++) {
		task = kthread_create(crowd_thread, NULL, "crowd/%u", i);
		if (IS_ERR(task))
			goto undo;
		if (bound)
			kthread_bind(task, cpumask_last(cpu_online_mask));
		wake_up_process(task);
		crowd[i] = task;
	}
	task = kthread_run(waker_thread, NULL, "crowd-waker");
	if (IS_ERR(task))
		goto undo;
	waker = task;
	ret = register_kretprobe(&probe);
	if (!ret)
		return 0;
	task = ERR_PTR(ret);
undo:
	stop_all();
	return PTR_ERR(task);
}

static void __exit crowd_exit(void)
{
	unregister_kretprobe(&probe);
	stop_all();
}

module_init(crowd_init);
module_exit(crowd_exit);
MODULE_DESCRIPTION("Many tasks");
MODULE_LICENSE("GPL");
