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
 * Threads of the kernel have no way to user mode and are left alone. Workers
 * that were made for a process (io_uring, vhost) have none either, but do
 * their task work between two pieces of work.
 *
 * io_uring_enter() does task work while it waits, with its own functions on the
 * stack. A task that is in the way although it is held leaves its system call
 * as it would for a signal, and is held again at its end, which the tracepoint
 * sys_exit tells.
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
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>
#include <trace/events/syscalls.h>

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
	struct list_head leaving;	/* has no task work meanwhile */
	struct task_struct *task;	/* with a reference of the list's */
	unsigned int round;
	bool held;			/* in wait_here() */
	bool leave;			/* not here: in its system call's end */
	refcount_t users;
};

/* Who leaves his system call. Innermost; taken in a tracepoint. */
static LIST_HEAD(leaving);
static DEFINE_RAW_SPINLOCK(leaving_lock);
static struct tracepoint *sys_exit;
static bool exit_probed;		/* under kpatch_mutex */

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

static bool is_over(const struct parked *p)
{
	return READ_ONCE(round) != p->round;
}

/*
 * The system call ends as for a signal, of which there is none in the end.
 * False: it need not, all is over. Whoever ends it looks through the list later.
 */
static bool leave_call(struct parked *p)
{
	unsigned long flags;
	bool leaves;

	raw_spin_lock_irqsave(&leaving_lock, flags);
	leaves = p->leave && !is_over(p);
	p->leave = false;
	if (leaves)
		list_add(&p->leaving, &leaving);
	raw_spin_unlock_irqrestore(&leaving_lock, flags);
	if (leaves)
		set_thread_flag(TIF_SIGPENDING);
	return leaves;
}

/*
 * In the task, on its way to user mode or, a worker's, to its next piece of
 * work, with nothing held. A signal that kills it lets it go. The limit is a
 * second one: whoever began must not be able to hold it for longer by dying.
 */
static void wait_here(struct callback_head *work)
{
	struct parked *p = container_of(work, struct parked, work);

	WRITE_ONCE(p->held, true);
	wait_event_killable_timeout(parked_queue,
				    is_over(p) || READ_ONCE(p->leave),
				    msecs_to_jiffies(2 * READ_ONCE(park_limit_ms)));
	WRITE_ONCE(p->held, false);
	if (!leave_call(p))
		work_done(p);
}

/* Takes the one of @task off the list of those that leave. NULL: there is none. */
static struct parked *left_by(const struct task_struct *task)
{
	struct parked *p, *found = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&leaving_lock, flags);
	list_for_each_entry(p, &leaving, leaving)
		if (p->task == task) {
			list_del(&p->leaving);
			found = p;
			break;
		}
	raw_spin_unlock_irqrestore(&leaving_lock, flags);
	return found;
}

/* In every task at the end of a system call, which has no frame any more. */
static void probe_exit(void *data, struct pt_regs *regs, long ret)
{
	struct parked *p = list_empty(&leaving) ? NULL : left_by(current);

	if (p && kpatch_kernel(task_work_add)(current, &p->work, TWA_RESUME))
		work_done(p);
}

/* Only while somebody has to be held there: it makes all system calls slower. */
static bool probe_exits(void)
{
	if (exit_probed || !sys_exit)
		return exit_probed;
	check_trace_callback_type_sys_exit(probe_exit);
	exit_probed = !tracepoint_probe_register(sys_exit, probe_exit, NULL);
	return exit_probed;
}

static bool can_park(const struct task_struct *task)
{
	return !(task->flags & PF_KTHREAD);
}

static struct parked *find_parked(const struct kpatch_parking *parking,
				  const struct task_struct *task)
{
	struct parked *p;

	list_for_each_entry(p, &parking->parked, list)
		if (p->task == task)
			return p;
	return NULL;
}

/* In the way and held: it does its task work where it is. */
static void move_on(struct parked *p)
{
	if (!READ_ONCE(p->held) || !probe_exits())
		return;
	WRITE_ONCE(p->leave, true);
	wake_up_all(&parked_queue);
}

static void park_one(struct kpatch_parking *parking, struct task_struct *task)
{
	struct parked *p = find_parked(parking, task);

	if (p)
		move_on(p);
	if (p || !can_park(task) || parking->nr == PARKED_MAX)
		return;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return;
	init_task_work(&p->work, wait_here);
	p->task = task;
	p->round = round;
	refcount_set(&p->users, 2);
	atomic_inc(&works);
	if (kpatch_kernel(task_work_add)(task, &p->work, TWA_SIGNAL)) {
		/* It is exiting, and will be gone soon. */
		parked_put(p);
		work_done(p);
		return;
	}
	get_task_struct(task);
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

	if (!limit)
		return false;
	if (parking->tries++ < TRIES_FIRST) {
		msleep(10 * parking->tries);
		return true;
	}
	if (is_stuck(check))
		return false;
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
	if (exit_probed)
		tracepoint_probe_unregister(sys_exit, probe_exit, NULL);
	exit_probed = false;
	list_for_each_entry_safe(p, next, &parking->parked, list) {
		if (left_by(p->task) ||
		    kpatch_kernel(task_work_cancel_func)(p->task, wait_here))
			work_done(p);
		put_task_struct(p->task);
		list_del(&p->list);
		parked_put(p);
	}
}

static void find_tracepoint(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "sys_exit"))
		sys_exit = tp;
}

void __init kpatch_park_init(void)
{
	for_each_kernel_tracepoint(find_tracepoint, NULL);
}

/*
 * Module exit: no task may return into our text. The last instructions of
 * wait_here() are waited for by the grace period.
 */
void kpatch_park_exit(void)
{
	tracepoint_synchronize_unregister();
	wait_event(works_queue, !atomic_read(&works));
	synchronize_rcu_tasks();
}
