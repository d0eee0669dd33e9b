// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many tasks, which sleep or are all woken again and again, or once: before
 * their stacks are walked, meanwhile, or between the walk and the stop.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

static unsigned int tasks = 100;
module_param(tasks, uint, 0444);
MODULE_PARM_DESC(tasks, "how many");

static bool storm;
module_param(storm, bool, 0644);
MODULE_PARM_DESC(storm, "wake all of them every other millisecond");

static unsigned int running;
module_param(running, uint, 0444);
MODULE_PARM_DESC(running, "so many of them run all the time, after everybody else");

static bool bound;
module_param(bound, bool, 0444);
MODULE_PARM_DESC(bound, "bind all of them to the last CPU");

static bool through;
module_param(through, bool, 0444);
MODULE_PARM_DESC(through, "each that is woken sleeps for an instant in crowd_gate()");

static bool early;
module_param(early, bool, 0644);
MODULE_PARM_DESC(early, "wake all of them at the start of the next walk");

static bool late;
module_param(late, bool, 0644);
MODULE_PARM_DESC(late, "wake all of them at the end of the next walk");

static unsigned int group;
module_param(group, uint, 0444);
MODULE_PARM_DESC(group, "wake so many of them after every 256 stacks of a walk");

static int ran;
module_param(ran, int, 0644);
MODULE_PARM_DESC(ran, "how many of them had run when early or late was done");

static struct task_struct **crowd;
static struct task_struct *waker;
static unsigned int beat;
static unsigned int let_go;	/* with group: so many were woken */
static atomic_t woken;
static bool all_here;

/* For patches. */
static noinline void crowd_gate(void)
{
	schedule_timeout_interruptible(1);
	barrier();		/* called, not jumped to */
}

static unsigned int beat_of(unsigned long i)
{
	return group ? READ_ONCE(let_go) > i : READ_ONCE(beat);
}

/* No wait queue: with PREEMPT_RT its lock sleeps, and probes may not. */
static void wait_for_other_beat(unsigned long i, unsigned int seen)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (beat_of(i) != seen || kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

/* Wakes those from @first on, up to @end. May be called where nobody may sleep. */
static void wake(unsigned int first, unsigned int end)
{
	for (; first < end; first++)
		wake_up_process(crowd[first]);
}

static int crowd_thread(void *data)
{
	unsigned long i = (unsigned long)data;
	unsigned int seen = 0;

	while (!kthread_should_stop()) {
		wait_for_other_beat(i, seen);
		if (through && beat_of(i) != seen)
			crowd_gate();
		seen = beat_of(i);
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
	int wanted = through ? tasks : tasks / 3, i;

	if (!xchg(asked, false))
		return;
	atomic_set(&woken, 0);
	WRITE_ONCE(beat, beat + 1);
	wake(0, tasks);
	for (i = 0; i < 8000 && atomic_read(&woken) < wanted; i++)
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

/*
 * In the walk and not in the scheduler: the next group is woken and has passed
 * before the walk goes on. Preemption is off, so they have to be bound to another
 * CPU.
 */
static int stack_walked(struct kprobe *p, struct pt_regs *regs)
{
	static unsigned int walked;
	int i;

	if (irqs_disabled() || ++walked % 256 || READ_ONCE(let_go) >= tasks)
		return 0;
	WRITE_ONCE(let_go, let_go + group);
	wake(let_go - group, min(let_go, tasks));
	for (i = 0; i < 3000 && atomic_read(&woken) < min(let_go, tasks); i++)
		mdelay(1);
	ran = atomic_read(&woken);
	return 0;
}

static struct kprobe walk_probe = {
	.symbol_name = "kpatch_is_clean",
	.pre_handler = stack_walked,
};

/*
 * In turn with all others of its kind, of which each CPU has many. Not before all
 * are there: they would come slowly.
 */
static int running_thread(void *unused)
{
	set_user_nice(current, MAX_NICE);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(all_here) || kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	while (!kthread_should_stop())
		schedule();
	return 0;
}

static int waker_thread(void *unused)
{
	while (!kthread_should_stop()) {
		if (READ_ONCE(storm)) {
			WRITE_ONCE(beat, beat + 1);
			wake(0, tasks);
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
		task = kthread_create(i < running ? running_thread : crowd_thread,
				      (void *)(unsigned long)i, "crowd/%u", i);
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
	ret = group ? register_kprobe(&walk_probe) : register_kretprobe(&probe);
	if (!ret) {
		WRITE_ONCE(all_here, true);
		wake(0, running);
		return 0;
	}
	task = ERR_PTR(ret);
undo:
	stop_all();
	return PTR_ERR(task);
}

static void __exit crowd_exit(void)
{
	if (group)
		unregister_kprobe(&walk_probe);
	else
		unregister_kretprobe(&probe);
	stop_all();
}

module_init(crowd_init);
module_exit(crowd_exit);
MODULE_DESCRIPTION("Many tasks");
MODULE_LICENSE("GPL");
