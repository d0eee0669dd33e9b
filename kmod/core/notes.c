// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * notes.c - which tasks have left a CPU inside a function that changes?
 *
 * While noting is on, a probe on the sched_switch tracepoint walks the stack of
 * every task that leaves a CPU. A stack that is not clean puts the task into
 * that CPU's set. That covers every task that has run: it either left its CPU,
 * or the stopper thread makes it leave at the start of the stop, before
 * anything is read there; and the stack stays as it was then until the task
 * runs again. So what has to be walked inside the stop does not grow with the
 * number of tasks that run, only with that of those which are in the way.
 *
 * A task is walked and noted before its registers are saved. Whoever else walks
 * it that early, when its stack still seems to be the one with which it left the
 * last time, gets an error, for the unwinder refuses a task that is on another CPU
 * (task_on_another_cpu(), arch/x86/kernel/unwind_orc.c). This also covers a task
 * that had passed the tracepoint when noting began. Once it is off its CPU its
 * stack stands still.
 */
#include <linux/hash.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>

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
	const struct kpatch_check *check;		/* while on: what to look for */
	struct task_struct *task[1 << NOTES_BITS];	/* referenced */
	unsigned long entries[KPATCH_STACK_MAX];	/* for the walker */
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

/*
 * Called by the scheduler in the task that leaves: interrupts off, under
 * rq->lock. The walk is bounded by KPATCH_STACK_MAX.
 */
static __always_inline void leaves(struct task_struct *prev)
{
	struct notes *n = notes[raw_smp_processor_id()];

	raw_spin_lock(&n->lock);
	if (n->on && !kpatch_is_clean(n->check, prev, n->entries))
		note(n, prev);
	raw_spin_unlock(&n->lock);
}

static void __maybe_unused probe_with_state(void *data, bool preempt,
					    struct task_struct *prev,
					    struct task_struct *next,
					    unsigned int prev_state)
{
	leaves(prev);
}

static void __maybe_unused probe_without(void *data, bool preempt,
					 struct task_struct *prev,
					 struct task_struct *next)
{
	leaves(prev);
}

#define probe	KPATCH_SCHED_SWITCH_PROBE(probe_with_state, probe_without)

static void find_tracepoint(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "sched_switch"))
		sched_switch = tp;
}

/* Moves what CPU @cpu has noted to @list, as far as that has room. */
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
		if (list->nr == list->max)
			break;
		list->task[list->nr++] = n->task[i];
		n->task[i] = NULL;
		n->nr--;
	}
	complete = !n->overflow;
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

/* How many are noted by now, more or less. */
size_t kpatch_notes_count(void)
{
	size_t nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		nr += data_race(notes[cpu]->nr); /* changes all the time */
	return nr;
}

/**
 * kpatch_notes_drain - take over what was noted so far
 * @list:	grows by the tasks, each with a reference for the caller, as far
 *		as it has room; the rest stays noted
 *
 * Under kpatch_mutex. Returns 0; -EOVERFLOW: more tasks were in the way than
 * could be noted, and any task may be missing.
 */
int kpatch_notes_drain(struct kpatch_tasks *list)
{
	bool complete = true;
	int cpu;

	for_each_possible_cpu(cpu)
		complete &= drain(cpu, list);
	return complete ? 0 : -EOVERFLOW;
}

/**
 * kpatch_notes_start - walk and note every task that leaves a CPU from now on
 * @check:	what to look for; does not change until kpatch_notes_stop()
 *
 * May sleep, under kpatch_mutex. Returns 0 or an error: then the stacks of
 * all tasks have to be walked inside the stop.
 */
int kpatch_notes_start(const struct kpatch_check *check)
{
	unsigned long flags;
	int cpu, ret;

	if (!sched_switch)
		return -EOPNOTSUPP;
	ret = allocate();
	if (ret)
		return ret;
	check_trace_callback_type_sched_switch(probe);
	ret = tracepoint_probe_register(sched_switch, probe, NULL);
	if (ret)
		return ret;
	for_each_possible_cpu(cpu) {
		raw_spin_lock_irqsave(&notes[cpu]->lock, flags);
		notes[cpu]->check = check;
		notes[cpu]->on = true;
		raw_spin_unlock_irqrestore(&notes[cpu]->lock, flags);
	}
	return 0;
}

/* The other side of kpatch_notes_start(). @check may be freed afterwards. */
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
 * kpatch_notes_check - kpatch_check_inside() for every task still noted
 * @check:	what to look for, and until when
 *
 * Inside the stop: no CPU is in the probe, so no lock is needed. Returns what
 * that returned, or -EOVERFLOW if any task may be missing.
 */
int kpatch_notes_check(struct kpatch_check *check)
{
	unsigned int i;
	int cpu, ret;

	for_each_possible_cpu(cpu) {
		struct notes *n = notes[cpu];

		/* Who leaves a CPU from now on does so after the switch. */
		n->on = false;
		if (n->overflow)
			return -EOVERFLOW;
		for (i = 0; n->nr && i < ARRAY_SIZE(n->task); i++) {
			ret = n->task[i] ?
			      kpatch_check_inside(check, n->task[i]) : 0;
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
