// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * activeness.c - is a function that changes in use on some stack?
 *
 * Two kinds of text count: functions whose target changes, with all that the
 * compiler has made of them; and the whole text of a patch module that is
 * taken back or replaced, for helpers, cold parts and what was reached by a
 * jump have no frame of a replacement above them. One task is let off the
 * second kind: the one that asks us for the switch, which may do so from a
 * function of that module and will return there.
 */
#include <linux/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "core.h"
#include "unexported.h"

/* A stop that will fail is not made longer to find more of them. */
#define OFFENDERS_INSIDE	16

static int span_add(struct kpatch_spans *spans, struct kpatch_span span)
{
	struct kpatch_span *bigger;

	if (span.start == span.end)
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
	spans->span[spans->nr++] = span;
	return 0;
}

static int func_add(struct kpatch_spans *spans, const struct kpatch_func *func,
		    unsigned long start, unsigned long size)
{
	return span_add(spans, (struct kpatch_span){
		.start = start, .end = start + size, .func = func,
	});
}

/* Where the module goes whatever we do, nobody may be in it. */
static bool by_force(const struct kpatch_func *before,
		     const struct kpatch_func *after)
{
	if (before && before->patch->dying)
		return false;
	return (after ? after : before)->force;
}

/*
 * The original always counts, even where callers get a replacement now: a
 * task preempted in the ftrace trampoline has its entry on the stack, and
 * would go on to the target that was in force when it came in.
 */
static int collect_func(struct kpatch_spans *spans, struct kpatch_func *func)
{
	const struct kpatch_link *link = func->link;
	struct kpatch_func *before = kpatch_redirect_top(link->redirect, false);
	struct kpatch_func *after = kpatch_redirect_top(link->redirect, true);
	unsigned int i;
	int ret;

	if (before == after || by_force(before, after))
		return 0;
	ret = func_add(spans, func, func->old_addr, link->size);
	for (i = 0; i < link->nr_parts && !ret; i++)
		ret = func_add(spans, func, link->part[i].addr,
			       link->part[i].size);
	if (!ret && before)
		ret = func_add(spans, before, before->new_addr,
			       before->new_size);
	return ret;
}

/* A module that is kept for ever because of force need not be free of tasks. */
static int collect_text(struct kpatch_spans *texts,
			const struct kpatch_module *kpmod)
{
	unsigned long start, size;

	if (kpmod->state != KPATCH_DISABLING || kpmod->forced)
		return 0;
	kpatch_module_text(kpmod->mod, &start, &size);
	return span_add(texts, (struct kpatch_span){
		.start = start, .end = start + size, .patch = kpmod,
	});
}

/* Of those that start together the largest comes last, which is what is found. */
static int span_cmp(const void *a, const void *b)
{
	const struct kpatch_span *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return 0;
}

static bool is_linked(const struct kpatch_func *func)
{
	return func->link && func->link->redirect;
}

static int collect_patch(struct kpatch_check *check,
			 struct kpatch_module *kpmod)
{
	struct kpatch_object *obj;
	struct kpatch_func *func;
	int ret = collect_text(&check->texts, kpmod);

	if (ret)
		return ret;
	kpatch_for_each_object(kpmod, obj)
		kpatch_for_each_func(obj, func) {
			if (!is_linked(func))
				continue;
			ret = collect_func(&check->spans, func);
			if (ret)
				return ret;
		}
	return 0;
}

/**
 * kpatch_spans_collect - all text that no task may be in during the switch
 * @check:	zeroed by the caller; kpatch_spans_free() is due in any case
 *
 * Sorted, for the search inside the stop. May sleep, under kpatch_mutex.
 */
int kpatch_spans_collect(struct kpatch_check *check)
{
	struct kpatch_module *kpmod;
	int ret;

	kpatch_for_each_patch(kpmod) {
		ret = collect_patch(check, kpmod);
		if (ret)
			return ret;
	}
	sort(check->spans.span, check->spans.nr, sizeof(*check->spans.span),
	     span_cmp, NULL);
	sort(check->texts.span, check->texts.nr, sizeof(*check->texts.span),
	     span_cmp, NULL);
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
				if (!is_linked(func))
					continue;
				before = kpatch_redirect_top(func->link->redirect, false);
				after = kpatch_redirect_top(func->link->redirect, true);
				if (before && before != after &&
				    by_force(before, after))
					before->patch->forced = true;
			}
}

void kpatch_spans_free(struct kpatch_check *check)
{
	kvfree(check->spans.span);
	kvfree(check->texts.span);
}

/* Then no stack needs to be looked at. */
bool kpatch_nothing_changes(const struct kpatch_check *check)
{
	return !check->spans.nr && !check->texts.nr;
}

/* The span that contains @addr; spans overlap only if they start together. */
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

/* What one look at a stack has found. */
struct look {
	const struct kpatch_span *span;
	int error;			/* of the unwinder: who knows? */
	int at;				/* the entry that is in the span */
	int nr;
};

/* @entries has room for KPATCH_STACK_MAX. */
static bool is_in_the_way(const struct kpatch_check *check,
			  struct task_struct *task, unsigned long *entries,
			  struct look *look)
{
	int nr, i;

	*look = (struct look){};
	nr = kpatch_kernel(stack_trace_save_tsk_reliable)(task, entries,
							  KPATCH_STACK_MAX);
	if (nr < 0) {
		look->error = nr;
		return !check->sure_only;
	}
	for (i = 0; i < nr; i++) {
		look->span = span_find(&check->spans, entries[i]);
		if (!look->span && task != check->asker)
			look->span = span_find(&check->texts, entries[i]);
		if (look->span) {
			look->at = i;
			look->nr = nr;
			return true;
		}
	}
	return false;
}

/**
 * kpatch_is_clean - a task is in none of the spans
 * @check:	what to look for
 * @task:	off its CPU, or current
 * @entries:	scratch space for KPATCH_STACK_MAX addresses
 *
 * Any context that is not an NMI, with a runqueue's lock held, too: the
 * unwinder takes no lock. A stack that cannot be walked reliably is not clean.
 */
bool kpatch_is_clean(const struct kpatch_check *check,
		     struct task_struct *task, unsigned long *entries)
{
	struct look look;

	return !is_in_the_way(check, task, entries, &look);
}

static void refuse(struct kpatch_check *check, struct task_struct *task,
		   const struct look *look)
{
	struct kpatch_refusal *r = &check->refusal;

	r->span = look->span;
	r->error = look->error;
	r->at = look->at;
	r->nr = look->nr;
	r->pid = task->pid;
	memcpy(r->comm, task->comm, sizeof(r->comm));
	r->comm[sizeof(r->comm) - 1] = '\0';
	memcpy(r->entries, check->scratch, look->nr * sizeof(*r->entries));
}

/**
 * kpatch_check_task - prove that a task is in none of the spans
 * @check:	what to look for. A task in the way is one more of its offenders,
 *		and the first of them its refusal.
 * @task:	any task that stays: referenced, or inside the stop
 *
 * Any context that is not an NMI. Of a task that runs meanwhile the answer is
 * worth nothing, but it is safe to ask: the unwinder expects a stack that
 * changes under it. Returns 0 or -EBUSY.
 */
int kpatch_check_task(struct kpatch_check *check, struct task_struct *task)
{
	struct kpatch_tasks *o = &check->offenders;
	struct look look;

	if (!is_in_the_way(check, task, check->scratch, &look))
		return 0;
	if (!o->nr)
		refuse(check, task, &look);
	if (o->nr < o->max)
		o->task[o->nr++] = get_task_struct(task);
	return -EBUSY;
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
 * Returns 0 to go on: also after an offender, while there is room for more.
 * -EBUSY: enough is known; -ETIME: the time for the stop is over.
 */
int kpatch_check_inside(struct kpatch_check *check, struct task_struct *task)
{
	if (other_stopper(task))
		return 0;
	check->inside++;
	if (check->deadline && ktime_get_mono_fast_ns() > check->deadline)
		return -ETIME;
	if (!kpatch_check_task(check, task))
		return 0;
	return check->offenders.nr < OFFENDERS_INSIDE ? 0 : -EBUSY;
}
