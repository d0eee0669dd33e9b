// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * park.c - tasks in the way are held where they are not
 *
 * A task that sleeps in a function that changes, or whose stack tells nothing
 * because an eBPF trampoline is on it, would keep a patch out for as long as it
 * likes, and a program that calls the function again and again for ever. After
 * some tries such tasks get task work: it wakes them as a signal would, they
 * leave the kernel, and on their way to user mode they wait until the switch is
 * done or given up. System calls are restarted then, or end with EINTR, as
 * with the kernel's own livepatch. A virtual CPU leaves its guest.
 *
 * Threads of the kernel have no way to user mode and are left alone.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "compat.h"
#include "core.h"
#include "unexported.h"

static unsigned int park_limit_ms = 2000;
module_param(park_limit_ms, uint, 0644);
MODULE_PARM_DESC(park_limit_ms, "how long tasks in the way may be held while others are waited for (0: they are not held)");

#define TRIES_FIRST	3		/* before anybody is held */
#define PARKED_MAX	4096		/* tasks of one switch */

/* One task that is held or will be, by the list and by its task work. */
struct parked {
	struct callback_head work;
	struct list_head list;		/* kpatch_parking.parked */
	struct task_struct *task;	/* with a reference of the list's */
	unsigned int round;
	refcount_t users;
};

static unsigned int round;		/* of the switch; under kpatch_mutex */
static atomic_t works;			/* task works that have not ended */
static DECLARE_WAIT_QUEUE_HEAD(parked_queue);
static DECLARE_WAIT_QUEUE_HEAD(works_queue);

static void parked_put(struct parked *p)
{
	if (refcount_dec_and_test(&p->users))
		kfree(p);
}

static void work_done(struct parked *p)
{
	parked_put(p);
	if (atomic_dec_and_test(&works))
		wake_up(&works_queue);
}

/*
 * In the task, on its way to user mode, with nothing held. A signal that kills
 * it lets it go. The limit is a second one: whoever began must not be able to
 * hold it for longer by dying.
 */
static void wait_here(struct callback_head *work)
{
	struct parked *p = container_of(work, struct parked, work);

	wait_event_killable_timeout(parked_queue,
				    READ_ONCE(round) != p->round,
				    msecs_to_jiffies(2 * READ_ONCE(park_limit_ms)));
	work_done(p);
}

static bool can_park(const struct task_struct *task)
{
	return !(task->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER));
}

static bool is_parked(const struct kpatch_parking *parking,
		      const struct task_struct *task)
{
	const struct parked *p;

	list_for_each_entry(p, &parking->parked, list)
		if (p->task == task)
			return true;
	return false;
}

static void park_one(struct kpatch_parking *parking, struct task_struct *task)
{
	struct parked *p;

	if (!can_park(task) || parking->nr == PARKED_MAX ||
	    is_parked(parking, task))
		return;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return;
	init_task_work(&p->work, wait_here);
	p->round = round;
	refcount_set(&p->users, 2);
	atomic_inc(&works);
	if (kpatch_kernel(task_work_add)(task, &p->work, TWA_SIGNAL)) {
		/* It is exiting, and will be gone soon. */
		parked_put(p);
		work_done(p);
		return;
	}
	p->task = get_task_struct(task);
	list_add(&p->list, &parking->parked);
	parking->nr++;
}

static bool any_movable(const struct kpatch_tasks *tasks)
{
	size_t i;

	for (i = 0; i < tasks->nr; i++)
		if (can_park(tasks->task[i]))
			return true;
	return false;
}

/* A thread of the kernel sleeps there: who knows for how long? */
static bool is_stuck(const struct kpatch_check *check)
{
	size_t i;

	for (i = 0; i < check->offenders.nr && check->asleep; i++)
		if (!can_park(check->offenders.task[i]) &&
		    KPATCH_TASK_STATE(check->offenders.task[i]) != TASK_RUNNING)
			return true;
	return false;
}

void kpatch_park_begin(struct kpatch_parking *parking)
{
	*parking = (struct kpatch_parking){};
	INIT_LIST_HEAD(&parking->parked);
}

/**
 * kpatch_park - shall it be tried again, and who is held meanwhile?
 * @parking:	of this switch
 * @check:	the attempt that tasks were in the way of
 *
 * Holds those tasks, from the fourth try on, and gives them time to get there.
 * May sleep, under kpatch_mutex, for some milliseconds. Returns whether another
 * try is worth it: not if it was switched off, if the time is over, or if a
 * thread of the kernel sleeps there, which will not go.
 */
bool kpatch_park(struct kpatch_parking *parking, struct kpatch_check *check)
{
	unsigned int limit = READ_ONCE(park_limit_ms);
	size_t i;

	if (!limit || is_stuck(check))
		return false;
	if (parking->tries++ < TRIES_FIRST) {
		msleep(10 * parking->tries);
		return true;
	}
	if (!parking->until)
		parking->until = ktime_add_ms(ktime_get(), limit);
	if (ktime_after(ktime_get(), parking->until) ||
	    !any_movable(&check->offenders))
		return false;
	for (i = 0; i < check->offenders.nr; i++)
		park_one(parking, check->offenders.task[i]);
	usleep_range(5000, 10000);
	return true;
}

/**
 * kpatch_park_end - let all of them go on
 * @parking:	of this switch
 *
 * Under kpatch_mutex. Work that has not begun is taken back, as its task may
 * sleep for long before it gets there.
 */
void kpatch_park_end(struct kpatch_parking *parking)
{
	struct parked *p, *next;

	WRITE_ONCE(round, round + 1);
	wake_up_all(&parked_queue);
	list_for_each_entry_safe(p, next, &parking->parked, list) {
		if (kpatch_kernel(task_work_cancel_func)(p->task, wait_here))
			work_done(p);
		put_task_struct(p->task);
		list_del(&p->list);
		parked_put(p);
	}
}

/*
 * Module exit: no task may return into our text. The last instructions of
 * wait_here() are waited for by the grace period.
 */
void kpatch_park_exit(void)
{
	wait_event(works_queue, !atomic_read(&works));
	synchronize_rcu_tasks();
}
