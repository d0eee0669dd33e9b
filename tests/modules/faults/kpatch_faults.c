// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the fault that the parameter "fault" names, one for each of the
 * kernel's checkers. Where such a fault is not reported the checker is off,
 * and its silence about kpatch.ko means nothing.
 *
 * For kernels with their checkers on, at the very end: on others some of
 * these faults do harm.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timer.h>

static char *fault;
module_param(fault, charp, 0);

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static int __rcu *protected;

struct object {
	struct timer_list timer;
};

static void never(struct timer_list *timer)
{
}

static void lock_in_order(struct mutex *a, struct mutex *b)
{
	mutex_lock(a);
	mutex_lock(b);
	mutex_unlock(b);
	mutex_unlock(a);
}

/* lockdep */
static void inversion(void)
{
	lock_in_order(&first, &second);
	lock_in_order(&second, &first);
}

/* PROVE_RCU */
static void unprotected(void)
{
	int *p = rcu_dereference(protected);

	OPTIMIZER_HIDE_VAR(p);
}

/* DEBUG_ATOMIC_SLEEP */
static void atomic_sleep(void)
{
	void *p;

	preempt_disable();
	p = kmalloc(16, GFP_KERNEL);
	preempt_enable();
	kfree(p);
}

/* DEBUG_OBJECTS: it stops the timer before the memory is gone. */
static void active_timer(void)
{
	struct object *object = kmalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return;
	timer_setup(&object->timer, never, 0);
	mod_timer(&object->timer, jiffies + 60 * HZ);
	kfree(object);
}

/* kmemleak; several, because one may look used by what lies on a stack */
static void leak(void)
{
	int i;

	for (i = 0; i < 10; i++) {
		void *p = kmalloc(64, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(p);
	}
}

/* KASAN */
static void use_after_free(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	READ_ONCE(*p);
}

static unsigned long shared;

static int writer(void *unused)
{
	while (!kthread_should_stop()) {
		shared++;
		cond_resched();
	}
	return 0;
}

/* KCSAN, which looks at one access of some thousands */
static void race(void)
{
	struct task_struct *task = kthread_run(writer, NULL, "race");
	unsigned long end = jiffies + 10 * HZ;

	if (IS_ERR(task))
		return;
	while (time_before(jiffies, end)) {
		shared++;
		cond_resched();
	}
	kthread_stop(task);
}

static const struct {
	const char *name;
	void (*make)(void);
} faults[] = {
	{ "inversion", inversion },
	{ "unprotected", unprotected },
	{ "atomic-sleep", atomic_sleep },
	{ "active-timer", active_timer },
	{ "leak", leak },
	{ "use-after-free", use_after_free },
	{ "race", race },
};

static int __init faults_init(void)
{
	unsigned int i;

	for (i = 0; fault && i < ARRAY_SIZE(faults); i++)
		if (!strcmp(faults[i].name, fault)) {
			faults[i].make();
			return 0;
		}
	return -EINVAL;
}

static void __exit faults_exit(void)
{
}

module_init(faults_init);
module_exit(faults_exit);
MODULE_DESCRIPTION("Faults for the kernel's checkers to find");
MODULE_LICENSE("GPL");
