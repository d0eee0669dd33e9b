// SPDX-License-Identifier: GPL-2.0-or-later
/* A task that sleeps on a stack which cannot be walked reliably. */
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/objtool.h>
#include <linux/sched.h>

static struct task_struct *task;

/* objtool leaves it alone, so the unwinder knows nothing of its frame. */
static noinline void unreliable_sleep(void)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
}
STACK_FRAME_NON_STANDARD(unreliable_sleep);

static int unreliable_thread(void *unused)
{
	unreliable_sleep();
	return 0;
}

static int __init unreliable_init(void)
{
	task = kthread_run(unreliable_thread, NULL, "unreliable");
	return PTR_ERR_OR_ZERO(task);
}

static void __exit unreliable_exit(void)
{
	kthread_stop(task);
}

module_init(unreliable_init);
module_exit(unreliable_exit);
MODULE_DESCRIPTION("A task whose stack cannot be walked");
MODULE_LICENSE("GPL");
