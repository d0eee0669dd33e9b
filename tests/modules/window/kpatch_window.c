// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A task that enters a function in the one moment when it could be missed:
 * after its stack was walked and before the machine stops. A kretprobe on the
 * end of the walk lets the task go and waits until it is in. The task is bound
 * to the last CPU, so whoever starts the walk must keep off that one.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/wait.h>

static bool armed = true;
module_param(armed, bool, 0644);
MODULE_PARM_DESC(armed, "let the task in at the next walk");

static bool inside;
module_param(inside, bool, 0644);
MODULE_PARM_DESC(inside, "the task is in the function; write 0 to let it out");

static bool go;
static struct task_struct *task;
static DECLARE_WAIT_QUEUE_HEAD(queue);

static noinline void window_sleep(void)
{
	WRITE_ONCE(inside, true);
	while (READ_ONCE(inside) && !kthread_should_stop())
		msleep(20);
}

static int window_thread(void *unused)
{
	while (!kthread_should_stop()) {
		/* It has not run when it is let go: nothing else gives it away. */
		wait_event_interruptible(queue, READ_ONCE(go) ||
					 kthread_should_stop());
		if (xchg(&go, false))
			window_sleep();
	}
	return 0;
}

/*
 * Preemption is off here, so a task of this CPU could not come in. The wait
 * ends before the watchdogs of the kernel bite.
 */
static int walk_ends(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	int i;

	if (!xchg(&armed, false))
		return 0;
	WRITE_ONCE(go, true);
	wake_up(&queue);
	for (i = 0; i < 8000 && !READ_ONCE(inside); i++)
		mdelay(1);
	if (!READ_ONCE(inside))
		pr_err("the task did not come in\n");
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "kpatch_walk_outside",
	.handler = walk_ends,
};

static int __init window_init(void)
{
	int ret;

	task = kthread_create(window_thread, NULL, "window");
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpumask_last(cpu_online_mask));
	wake_up_process(task);
	ret = register_kretprobe(&probe);
	if (ret)
		kthread_stop(task);
	return ret;
}

static void __exit window_exit(void)
{
	unregister_kretprobe(&probe);
	kthread_stop(task);
}

module_init(window_init);
module_exit(window_exit);
MODULE_DESCRIPTION("A task that enters a function after it was walked");
MODULE_LICENSE("GPL");
