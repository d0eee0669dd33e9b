// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * walk.c - stacks walked while the machine runs, so that the stop is short
 *
 * First all tasks, then once more those that were not clean, and those that
 * notes.c has seen leave a CPU in one of the spans. What is left is walked
 * inside the stop.
 */
#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "core.h"
#include "unexported.h"

#define LIST_TRIES	10	/* forks may outrun the room that was made */
#define DRAIN_EVERY	256	/* stacks walked before notes are taken over */

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
 * when they are made, and are walked when they leave their CPU.
 */
static int try_list_all(struct kpatch_tasks *list, size_t room)
{
	struct task_struct *g, *t;
	int cpu, ret;

	room += nr_cpu_ids + KPATCH_EXITS_MAX;
	ret = kpatch_tasks_reserve(list, room);
	if (ret)
		return ret;
	rcu_read_lock();
	for_each_process_thread(g, t) {
		if (list->nr + nr_cpu_ids + KPATCH_EXITS_MAX >= list->max) {
			ret = -EAGAIN;
			goto unlock;
		}
		list->task[list->nr++] = get_task_struct(t);
	}
	for_each_online_cpu(cpu) {
		t = kpatch_kernel(idle_task)(cpu);
		list->task[list->nr++] = get_task_struct(t);
	}
	ret = kpatch_exits_list(list);
unlock:
	rcu_read_unlock();
	return ret;
}

/* The room for those forked meanwhile doubles with every try. */
static int list_all(struct kpatch_tasks *list)
{
	size_t more = 256;
	int i, ret = -EAGAIN;

	for (i = 0; i < LIST_TRIES && ret == -EAGAIN; i++, more *= 2) {
		tasks_put(list);
		ret = try_list_all(list, count_tasks() + more);
	}
	return ret;
}

static int by_address(const void *a, const void *b)
{
	const struct task_struct *x = *(struct task_struct * const *)a;
	const struct task_struct *y = *(struct task_struct * const *)b;

	return x < y ? -1 : x > y;
}

/* A task is noted again after every time that notes were taken over. */
static void drop_copies(struct kpatch_tasks *list)
{
	size_t i, nr = 0;

	sort(list->task, list->nr, sizeof(*list->task), by_address, NULL);
	for (i = 0; i < list->nr; i++) {
		if (nr && list->task[nr - 1] == list->task[i])
			put_task_struct(list->task[i]);
		else
			list->task[nr++] = list->task[i];
	}
	list->nr = nr;
}

/*
 * Walks @list; what is not clean goes to @again, and from time to time what was
 * noted, so that no CPU has to keep too many. @list is empty afterwards.
 */
static int walk_round(struct kpatch_check *check, struct kpatch_tasks *list,
		      struct kpatch_tasks *again)
{
	int ret = kpatch_tasks_reserve(again, list->nr);

	while (list->nr && !ret) {
		struct task_struct *task = list->task[--list->nr];

		if (kpatch_is_clean(check, task, check->scratch))
			put_task_struct(task);
		else
			again->task[again->nr++] = task;
		if (++check->outside % DRAIN_EVERY == 0 || !list->nr) {
			/* Room for both what is noted and what is to come. */
			ret = kpatch_tasks_reserve(again, list->nr +
						   kpatch_notes_count() + 64);
			if (!ret)
				ret = kpatch_notes_drain(again);
			if (!ret)
				ret = kpatch_tasks_reserve(again, list->nr);
		}
		cond_resched();
	}
	drop_copies(again);
	check->rounds++;
	return ret;
}

static unsigned long switches(const struct task_struct *task)
{
	return READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
}

/* Has not run since @before was read, and does not run. */
static bool stood_still(const struct task_struct *task, unsigned long before)
{
	return switches(task) == before && !READ_ONCE(task->on_cpu);
}

/*
 * Who sleeps in one of the spans will sleep there in the stop, too: then the
 * machine need not be stopped to be told so, and all of them are known at
 * once. A task whose count of switches stands still, and that is on no CPU,
 * has not run in between.
 */
static int find_sleepers(struct kpatch_check *check,
			 const struct kpatch_tasks *again)
{
	struct kpatch_tasks *o = &check->offenders;
	size_t i;

	for (i = 0; i < again->nr && o->nr < o->max; i++) {
		struct task_struct *task = again->task[i];
		unsigned long before = switches(task);

		if (!READ_ONCE(task->on_cpu) &&
		    kpatch_check_task(check, task) &&
		    !stood_still(task, before))
			put_task_struct(o->task[--o->nr]);
		cond_resched();
	}
	check->asleep = o->nr;
	return check->asleep ? -EBUSY : 0;
}

/**
 * kpatch_walk_outside - walk the stacks of all tasks while the machine runs
 * @check:	what to look for
 * @again:	empty; filled with tasks that must be walked inside the stop. To
 *		be freed with kpatch_tasks_free() in any case.
 *
 * Noting is on. May sleep, under kpatch_mutex. Returns 0; -EBUSY: tasks sleep
 * in the spans, as the refusal and the offenders tell; -ENOSPC: tasks that end are
 * missing, as kpatch_exits_list() tells; any other error: nothing is known, all
 * tasks have to be walked inside the stop.
 */
int kpatch_walk_outside(struct kpatch_check *check, struct kpatch_tasks *again)
{
	struct kpatch_tasks list = {};
	int ret = list_all(&list);

	if (!ret)
		ret = walk_round(check, &list, again);
	if (!ret) {
		swap(list, *again);
		ret = walk_round(check, &list, again);
	}
	if (!ret)
		ret = find_sleepers(check, again);
	kpatch_tasks_free(&list);
	return ret;
}

/**
 * kpatch_walk_rest - inside the stop, what could not be done outside
 * @check:	what to look for, and until when
 * @again:	from kpatch_walk_outside()
 *
 * Returns as kpatch_check_inside(), or -EOVERFLOW: more tasks were in the way
 * than could be noted.
 */
int kpatch_walk_rest(struct kpatch_check *check,
		     const struct kpatch_tasks *again)
{
	/* The stopper has run since it was walked, and has not left its CPU. */
	int ret = kpatch_check_inside(check, current);
	size_t i;

	if (!ret)
		ret = kpatch_notes_check(check);
	for (i = 0; i < again->nr && !ret; i++)
		ret = kpatch_check_inside(check, again->task[i]);
	return ret;
}

/**
 * kpatch_walk_all - all tasks, inside the stop
 * @check:	what to look for, and until when
 *
 * Nothing else runs, so the list of tasks stands still. Idle tasks are not on
 * it and are walked by CPU, and those that are on no list any more by
 * exits.c. Returns as kpatch_check_inside().
 */
int kpatch_walk_all(struct kpatch_check *check)
{
	struct task_struct *g, *t;
	int cpu, ret = 0;

	/* For lockdep's eyes: inside the stop nobody changes the list. */
	rcu_read_lock();
	for_each_process_thread(g, t) {
		ret = kpatch_check_inside(check, t);
		if (ret)
			goto unlock;
	}
	for_each_online_cpu(cpu) {
		ret = kpatch_check_inside(check,
					  kpatch_kernel(idle_task)(cpu));
		if (ret)
			goto unlock;
	}
	ret = kpatch_exits_check(check);
unlock:
	rcu_read_unlock();
	return ret;
}
