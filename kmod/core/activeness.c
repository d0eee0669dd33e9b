// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * activeness.c - is a function that changes in use on some stack?
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>

#include "core.h"

static int span_add(struct kpatch_spans *spans, struct kpatch_func *func,
		    unsigned long start, unsigned long size)
{
	struct kpatch_span *bigger;

	if (!size)
		return 0;
	if (spans->nr == spans->max) {
		size_t max = spans->max ? 2 * spans->max : 64;

		bigger = kvmalloc_array(max, sizeof(*bigger), GFP_KERNEL);
		if (!bigger)
			return -ENOMEM;
		if (spans->nr)
			memcpy(bigger, spans->span,
			       spans->nr * sizeof(*bigger));
		kvfree(spans->span);
		spans->span = bigger;
		spans->max = max;
	}
	spans->span[spans->nr++] = (struct kpatch_span){
		.start = start, .end = start + size, .func = func,
	};
	return 0;
}

static bool by_force(const struct kpatch_func *before,
		     const struct kpatch_func *after)
{
	return (after ? after : before)->force;
}

/*
 * The original always counts, even where callers get a replacement now: a
 * task preempted in the ftrace trampoline has its entry on the stack, and
 * would go on to the target that was in force when it came in.
 */
static int collect_func(struct kpatch_spans *spans, struct kpatch_func *func)
{
	struct kpatch_func *before = kpatch_redirect_top(func->redirect, false);
	struct kpatch_func *after = kpatch_redirect_top(func->redirect, true);
	unsigned int i;
	int ret;

	if (before == after || by_force(before, after))
		return 0;
	ret = span_add(spans, func, func->old_addr, func->old_size);
	for (i = 0; i < func->nr_cold && !ret; i++)
		ret = span_add(spans, func, func->cold[i].addr,
			       func->cold[i].size);
	if (!ret && before)
		ret = span_add(spans, before, before->new_addr,
			       before->new_size);
	return ret;
}

static int span_cmp(const void *a, const void *b)
{
	const struct kpatch_span *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return 0;
}

/**
 * kpatch_spans_collect - all text that no task may be in during the switch
 * @spans:	zeroed by the caller; freed with kpatch_spans_free()
 *
 * Of the functions whose target differs before and after the switch. Sorted,
 * for the search inside the stop. May sleep, under kpatch_mutex.
 */
int kpatch_spans_collect(struct kpatch_spans *spans)
{
	struct kpatch_module *kpmod;
	struct kpatch_object *obj;
	struct kpatch_func *func;
	int ret;

	kpatch_for_each_patch(kpmod)
		kpatch_for_each_object(kpmod, obj)
			kpatch_for_each_func(obj, func) {
				if (!func->redirect)
					continue;
				ret = collect_func(spans, func);
				if (ret)
					return ret;
			}
	sort(spans->span, spans->nr, sizeof(*spans->span), span_cmp, NULL);
	return 0;
}

/**
 * kpatch_mark_forced - keep the modules in which nobody looked for tasks
 *
 * After a switch, before the states of the patches move on: whatever was in
 * force until then and went by force may be on a stack for ever, also when
 * other patches have covered it and gone since. Under kpatch_mutex.
 */
void kpatch_mark_forced(void)
{
	struct kpatch_func *func, *before, *after;
	struct kpatch_module *kpmod;
	struct kpatch_object *obj;

	kpatch_for_each_patch(kpmod)
		kpatch_for_each_object(kpmod, obj)
			kpatch_for_each_func(obj, func) {
				if (!func->redirect)
					continue;
				before = kpatch_redirect_top(func->redirect, false);
				after = kpatch_redirect_top(func->redirect, true);
				if (before && before != after &&
				    by_force(before, after))
					before->patch->forced = true;
			}
}

void kpatch_spans_free(struct kpatch_spans *spans)
{
	kvfree(spans->span);
}

/* The span that contains @addr; spans do not overlap but for equal ones. */
static const struct kpatch_span *span_find(const struct kpatch_spans *spans,
					   unsigned long addr)
{
	size_t low = 0, high = spans->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (spans->span[mid].start <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || addr >= spans->span[low - 1].end)
		return NULL;
	return &spans->span[low - 1];
}

static int refuse(struct kpatch_refusal *refusal, struct task_struct *task,
		  const struct kpatch_func *func, int error, int nr)
{
	refusal->func = func;
	refusal->error = error;
	refusal->nr = nr;
	refusal->pid = task->pid;
	memcpy(refusal->comm, task->comm, sizeof(refusal->comm));
	refusal->comm[sizeof(refusal->comm) - 1] = '\0';
	return -EBUSY;
}

/**
 * kpatch_check_task - proves that a task is in none of the spans
 * @check:	what to look for; its refusal is filled in on -EBUSY
 * @task:	any task that stays: referenced, or inside the stop
 *
 * Any context that is not an NMI. Of a task that runs meanwhile the answer is
 * worth nothing, but it is safe to ask: the unwinder expects a stack that
 * changes under it. A stack that cannot be walked reliably counts as unsafe.
 */
int kpatch_check_task(struct kpatch_check *check, struct task_struct *task)
{
	struct kpatch_refusal *refusal = &check->refusal;
	int nr, i;

	nr = kpatch_kernel.stack_trace_save_tsk_reliable(task, refusal->entries,
							 KPATCH_STACK_MAX);
	if (nr < 0)
		return refuse(refusal, task, NULL, nr, 0);
	for (i = 0; i < nr; i++) {
		const struct kpatch_span *span;

		span = span_find(&check->spans, refusal->entries[i]);
		if (span)
			return refuse(refusal, task, span->func, 0, nr);
	}
	return 0;
}

/*
 * Inside the stop a task on a CPU is that CPU's stopper thread. The stack of
 * another CPU's cannot be walked, but it runs what our own is running, and
 * ours is walked.
 */
static bool other_stopper(const struct task_struct *task)
{
	return task != current && READ_ONCE(task->on_cpu);
}

/**
 * kpatch_check_inside - kpatch_check_task() inside the stop
 * @check:	what to look for, and until when
 * @task:	the task
 *
 * Also gives up with -EBUSY when the time for the stop is over.
 */
int kpatch_check_inside(struct kpatch_check *check, struct task_struct *task)
{
	if (other_stopper(task))
		return 0;
	check->inside++;
	if (check->deadline && ktime_get_mono_fast_ns() > check->deadline) {
		check->refusal.late = true;
		return -EBUSY;
	}
	return kpatch_check_task(check, task);
}

/**
 * kpatch_check_all - all tasks, inside the stop
 * @check:	what to look for, and until when
 *
 * Nothing else runs, so the list of tasks stands still. Idle tasks are not on
 * it and are walked by CPU.
 */
int kpatch_check_all(struct kpatch_check *check)
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
		ret = kpatch_check_inside(check, kpatch_kernel.idle_task(cpu));
		if (ret)
			goto unlock;
	}
unlock:
	rcu_read_unlock();
	return ret;
}
