// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * notes.c - which tasks have run since their stack was walked?
 *
 * While noting is on, a probe on the sched_switch tracepoint puts every task
 * that leaves a CPU into that CPU's set. That covers every task that has run:
 * it either left its CPU, or the stopper thread makes it leave at the start
 * of the stop, before anything is read there.
 *
 * A task is noted before its registers are saved. Whoever walks it that early
 * finds it still on its CPU and gets an error from the unwinder (see
 * walk.c); once it is off its CPU its stack stands still.
 */
#include <linux/hash.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "compat.h"
#include "core.h"

#define NOTES_BITS	10
#define NOTES_PROBES	16		/* slots tried before giving up */
#define NOTES_MAX	(1 << (NOTES_BITS - 1))

/* One set per CPU: a hash table with open addressing, half full at most. */
struct notes {
	raw_spinlock_t lock;		/* innermost; taken under rq->lock */
	bool on;
	bool overflow;
	unsigned int nr;
	struct task_struct *task[1 << NOTES_BITS];	/* referenced */
};

static struct notes **notes;		/* by CPU; allocated at first use */
static struct tracepoint *sched_switch;

static void note(struct notes *n, struct task_struct *task)
{
	unsigned int at = hash_ptr(task, NOTES_BITS), i;

	for (i = 0; i < NOTES_PROBES; i++) {
		struct task_struct **slot =
			&n->task[(at + i) % ARRAY_SIZE(n->task)];

		if (*slot == task)
			return;
		if (*slot)
			continue;
		if (n->nr == NOTES_MAX)
			break;
		*slot = get_task_struct(task);
		n->nr++;
		return;
	}
	n->overflow = true;
}

/* Called by the scheduler: interrupts off, under rq->lock. */
static void probe(KPATCH_SCHED_SWITCH_ARGS)
{
	struct notes *n = notes[raw_smp_processor_id()];

	raw_spin_lock(&n->lock);
	if (n->on)
		note(n, prev);
	raw_spin_unlock(&n->lock);
}

static void find_tracepoint(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "sched_switch"))
		sched_switch = tp;
}

/* Moves what CPU @cpu has noted to @list, which has room for it. */
static bool drain(int cpu, struct kpatch_tasks *list)
{
	struct notes *n = notes[cpu];
	unsigned long flags;
	unsigned int i;
	bool complete;

	raw_spin_lock_irqsave(&n->lock, flags);
	for (i = 0; n->nr && i < ARRAY_SIZE(n->task); i++) {
		if (!n->task[i])
			continue;
		list->task[list->nr++] = n->task[i];
		n->task[i] = NULL;
		n->nr--;
	}
	complete = !n->overflow;
	n->overflow = false;
	raw_spin_unlock_irqrestore(&n->lock, flags);
	return complete;
}

/* From now on the set belongs to whoever holds kpatch_mutex. */
static void turn_off(struct notes *n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&n->lock, flags);
	n->on = false;
	raw_spin_unlock_irqrestore(&n->lock, flags);
}

static void empty(struct notes *n)
{
	unsigned int i;

	for (i = 0; n->nr && i < ARRAY_SIZE(n->task); i++) {
		if (!n->task[i])
			continue;
		put_task_struct(n->task[i]);
		n->task[i] = NULL;
		n->nr--;
	}
	n->overflow = false;
}

static int allocate(void)
{
	int cpu;

	if (notes)
		return 0;
	notes = kcalloc(nr_cpu_ids, sizeof(*notes), GFP_KERNEL);
	if (!notes)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		notes[cpu] = kzalloc_node(sizeof(**notes), GFP_KERNEL,
					  cpu_to_node(cpu));
		if (!notes[cpu]) {
			kpatch_notes_exit();
			return -ENOMEM;
		}
		raw_spin_lock_init(&notes[cpu]->lock);
	}
	return 0;
}

/**
 * kpatch_notes_drain - take over what was noted so far
 * @list:	grows by the tasks, each with a reference for the caller
 *
 * May sleep, under kpatch_mutex. Returns 0; -EOVERFLOW: more tasks ran than
 * could be noted, and any task may be missing; -ENOMEM: nothing was taken.
 */
int kpatch_notes_drain(struct kpatch_tasks *list)
{
	bool complete = true;
	int cpu, ret;

	ret = kpatch_tasks_reserve(list, (size_t)NOTES_MAX * num_possible_cpus());
	if (ret)
		return ret;
	for_each_possible_cpu(cpu)
		complete &= drain(cpu, list);
	return complete ? 0 : -EOVERFLOW;
}

/**
 * kpatch_notes_start - note every task that runs from now on
 *
 * May sleep, under kpatch_mutex. Returns 0 or an error: then the stacks of
 * all tasks have to be walked inside the stop.
 */
int kpatch_notes_start(void)
{
	int cpu, ret;

	if (!sched_switch)
		return -EOPNOTSUPP;
	ret = allocate();
	if (ret)
		return ret;
	for_each_possible_cpu(cpu)
		notes[cpu]->on = true;
	/* Changes code on all CPUs: when it returns, they all call the probe. */
	ret = tracepoint_probe_register(sched_switch, probe, NULL);
	if (ret)
		for_each_possible_cpu(cpu)
			turn_off(notes[cpu]);
	return ret;
}

/*
 * Note no more, and forget what was noted. May sleep, under kpatch_mutex. The
 * probe is gone from the tracepoint but may still be running: it finds the
 * set turned off, and kpatch_notes_exit() waits for it.
 */
void kpatch_notes_stop(void)
{
	int cpu;

	tracepoint_probe_unregister(sched_switch, probe, NULL);
	for_each_possible_cpu(cpu) {
		turn_off(notes[cpu]);
		empty(notes[cpu]);
	}
}

/**
 * kpatch_notes_inside - call @fn for every task noted and not drained
 * @fn:		not 0 ends the iteration
 * @data:	handed to @fn
 *
 * Inside the stop: no CPU is in the probe, so no lock is needed. Returns what
 * @fn returned, or -EOVERFLOW if any task may be missing.
 */
int kpatch_notes_inside(int (*fn)(struct task_struct *task, void *data),
			void *data)
{
	unsigned int i;
	int cpu, ret;

	for_each_possible_cpu(cpu) {
		struct notes *n = notes[cpu];

		if (n->overflow)
			return -EOVERFLOW;
		for (i = 0; n->nr && i < ARRAY_SIZE(n->task); i++) {
			ret = n->task[i] ? fn(n->task[i], data) : 0;
			if (ret)
				return ret;
		}
	}
	return 0;
}

void __init kpatch_notes_init(void)
{
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!sched_switch)
		pr_notice("no sched_switch tracepoint: all stacks are walked inside the stop\n");
}

/* Module exit. Nothing is noted any more. */
void kpatch_notes_exit(void)
{
	int cpu;

	if (!notes)
		return;
	tracepoint_synchronize_unregister();
	for_each_possible_cpu(cpu)
		kfree(notes[cpu]);
	kfree(notes);
	notes = NULL;
}
