// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * walk.c - stacks walked while the machine runs, so that the stop is short
 *
 * In rounds: first all tasks, then those that have run during the round
 * before, and so on while their number shrinks. What is left is walked inside
 * the stop, with the tasks noted after the last round.
 */
#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "core.h"

#define ROUNDS_MAX	6
#define ROUND_SMALL	32	/* tasks; not worth another round */

/**
 * kpatch_tasks_reserve - make room for @more tasks
 * @list:	the list, zeroed before its first use
 * @more:	how many
 *
 * May sleep. Returns 0 or -ENOMEM with the list as it was.
 */
int kpatch_tasks_reserve(struct kpatch_tasks *list, size_t more)
{
	struct task_struct **bigger;
	size_t max = list->nr + more;

	if (max <= list->max)
		return 0;
	bigger = kvmalloc_array(max, sizeof(*bigger), GFP_KERNEL);
	if (!bigger)
		return -ENOMEM;
	if (list->nr)
		memcpy(bigger, list->task, list->nr * sizeof(*bigger));
	kvfree(list->task);
	list->task = bigger;
	list->max = max;
	return 0;
}

static void tasks_put(struct kpatch_tasks *list)
{
	while (list->nr)
		put_task_struct(list->task[--list->nr]);
}

void kpatch_tasks_free(struct kpatch_tasks *list)
{
	tasks_put(list);
	kvfree(list->task);
	list->task = NULL;
	list->max = 0;
}

static size_t count_tasks(void)
{
	struct task_struct *g, *t;
	size_t n = 0;

	rcu_read_lock();
	for_each_process_thread(g, t)
		n++;
	rcu_read_unlock();
	return n;
}

/*
 * All tasks there are. Those made meanwhile may be missing: they have not run
 * when they are made, and are noted when they do.
 */
static int list_all(struct kpatch_tasks *list)
{
	struct task_struct *g, *t;
	int cpu, ret;

	ret = kpatch_tasks_reserve(list, count_tasks() + 256 + nr_cpu_ids);
	if (ret)
		return ret;
	rcu_read_lock();
	for_each_process_thread(g, t) {
		if (list->nr + nr_cpu_ids >= list->max) {
			ret = -EAGAIN;
			goto unlock;
		}
		list->task[list->nr++] = get_task_struct(t);
	}
	for_each_online_cpu(cpu) {
		t = kpatch_kernel.idle_task(cpu);
		list->task[list->nr++] = get_task_struct(t);
	}
unlock:
	rcu_read_unlock();
	return ret;
}

/* Walks @list; what is not clean goes to @again. @list is empty afterwards. */
static int walk_round(struct kpatch_check *check, struct kpatch_tasks *list,
		      struct kpatch_tasks *again)
{
	int ret = kpatch_tasks_reserve(again, list->nr);

	if (ret)
		return ret;
	while (list->nr) {
		struct task_struct *task = list->task[--list->nr];

		check->outside++;
		if (kpatch_check_task(check, task))
			again->task[again->nr++] = task;
		else
			put_task_struct(task);
		cond_resched();
	}
	check->rounds++;
	return 0;
}

static unsigned long switches(const struct task_struct *task)
{
	return READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
}

/*
 * A task that sleeps in one of the spans will sleep there in the stop too:
 * then the machine need not be stopped to be told so. A task whose count of
 * switches stands still, and that is on no CPU, has not run in between.
 */
static int sleeps_there(struct kpatch_check *check,
			const struct kpatch_tasks *again)
{
	size_t i;

	for (i = 0; i < again->nr; i++) {
		struct task_struct *task = again->task[i];
		unsigned long before = switches(task);

		if (!READ_ONCE(task->on_cpu) &&
		    kpatch_check_task(check, task) && check->refusal.func &&
		    switches(task) == before && !READ_ONCE(task->on_cpu))
			return -EBUSY;
		cond_resched();
	}
	return 0;
}

static int walk_rounds(struct kpatch_check *check, struct kpatch_tasks *list,
		       struct kpatch_tasks *again)
{
	size_t last = SIZE_MAX;
	int ret = list_all(list);

	while (!ret) {
		ret = walk_round(check, list, again);
		if (!ret)
			ret = kpatch_notes_drain(list);
		if (ret || list->nr <= ROUND_SMALL || list->nr >= last ||
		    check->rounds == ROUNDS_MAX)
			break;
		last = list->nr;
	}
	return ret;
}

/**
 * kpatch_walk_outside - walk the stacks of all tasks while the machine runs
 * @check:	what to look for
 * @again:	empty; filled with tasks that must be walked inside the stop. To
 *		be freed with kpatch_tasks_free() in any case.
 *
 * Noting is on. May sleep, under kpatch_mutex. Returns 0; -EBUSY: a task
 * sleeps in one of the spans, as the refusal tells; any other error: nothing
 * is known, all tasks have to be walked inside the stop.
 */
int kpatch_walk_outside(struct kpatch_check *check, struct kpatch_tasks *again)
{
	struct kpatch_tasks list = {};
	int ret = walk_rounds(check, &list, again);

	if (!ret)
		ret = kpatch_tasks_reserve(again, list.nr);
	if (!ret) {
		memcpy(again->task + again->nr, list.task,
		       list.nr * sizeof(*list.task));
		again->nr += list.nr;
		list.nr = 0;
		ret = sleeps_there(check, again);
	}
	kpatch_tasks_free(&list);
	return ret;
}

static int check_noted(struct task_struct *task, void *check)
{
	return kpatch_check_inside(check, task);
}

/**
 * kpatch_walk_rest - inside the stop, what could not be done outside
 * @check:	what to look for, and until when
 * @again:	from kpatch_walk_outside()
 *
 * Returns 0, -EBUSY, or -EOVERFLOW: more tasks ran than could be noted.
 */
int kpatch_walk_rest(struct kpatch_check *check,
		     const struct kpatch_tasks *again)
{
	/* The stopper has run since it was walked, and has not left its CPU. */
	int ret = kpatch_check_inside(check, current);
	size_t i;

	if (!ret)
		ret = kpatch_notes_inside(check_noted, check);
	for (i = 0; i < again->nr && !ret; i++)
		ret = kpatch_check_inside(check, again->task[i]);
	return ret;
}
