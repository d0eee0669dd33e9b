// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switch.c - the stop, in which one store makes a patch live
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include <linux/timekeeping.h>

#include "core.h"

struct kpatch_statistics kpatch_statistics;

static bool plain;
module_param(plain, bool, 0644);
MODULE_PARM_DESC(plain, "walk the stacks of all tasks inside the stop");

static unsigned int stop_limit_us = 20000;
module_param(stop_limit_us, uint, 0644);
MODULE_PARM_DESC(stop_limit_us, "give up when the machine would be stopped for longer (0: never)");

#define OFFENDERS_MAX	1024	/* told apart in one attempt */

struct kpatch_stop {
	struct kpatch_check check;
	struct kpatch_tasks again;	/* to be walked inside */
	bool walked;			/* all others were walked outside */
	bool replace;
	u64 took_ns;			/* the whole stop */
	u64 inside_ns;			/* stopped() alone */
};

/*
 * Inside the stop: hooks of all linked objects of patches in @state. What a
 * replaced patch has set up is taken over, not torn down and set up again,
 * unless it asks for that.
 */
static void run_hooks(enum kpatch_state state, bool replace)
{
	struct kpatch_module *kpmod;
	struct kpatch_object *obj;
	void (*hook)(struct kpatch_object *obj);

	kpatch_for_each_patch(kpmod) {
		if (kpmod->state != state)
			continue;
		if (state == KPATCH_DISABLING && replace &&
		    !kpatch_wants_unpatch(kpmod))
			continue;
		kpatch_for_each_object(kpmod, obj) {
			hook = state == KPATCH_ENABLING ?
			       obj->post_patch_callback :
			       obj->pre_unpatch_callback;
			if (obj->linked && hook)
				hook(obj);
		}
	}
}

static int check_inside(struct kpatch_stop *stop)
{
	struct kpatch_check *check = &stop->check;
	int ret = -EOVERFLOW;

	if (kpatch_nothing_changes(check))
		return 0;
	if (stop->walked)
		ret = kpatch_walk_rest(check, &stop->again);
	if (ret == -EOVERFLOW)
		ret = kpatch_walk_all(check);
	check->refusal.late = ret == -ETIME;
	check->refusal.missing = ret == -ENOSPC;
	return ret || check->offenders.nr ? -EBUSY : 0;
}

/* On one CPU, interrupts off, all other CPUs spinning in multi_cpu_stop(). */
static int stopped(void *data)
{
	struct kpatch_stop *stop = data;
	u64 start = ktime_get_mono_fast_ns();
	u64 limit = READ_ONCE(stop_limit_us) * (u64)NSEC_PER_USEC;
	int ret;

	stop->check.deadline = limit ? start + limit : 0;
	ret = check_inside(stop);
	if (!ret) {
		run_hooks(KPATCH_DISABLING, stop->replace);
		kpatch_redirect_flip();
		run_hooks(KPATCH_ENABLING, stop->replace);
	}
	stop->inside_ns = ktime_get_mono_fast_ns() - start;
	return ret;
}

static void forget_offenders(struct kpatch_check *check)
{
	struct kpatch_tasks *o = &check->offenders;

	while (o->nr)
		put_task_struct(o->task[--o->nr]);
	memset(&check->refusal, 0, sizeof(check->refusal));
}

/* One attempt: walks what can be walked before the stop, and stops the machine. */
static int walk_and_stop(struct kpatch_stop *stop)
{
	struct kpatch_check *check = &stop->check;
	bool noting = !READ_ONCE(plain) && !kpatch_nothing_changes(check) &&
		      !kpatch_notes_start(check);
	int ret = 0;

	forget_offenders(check);
	check->inside = 0;
	check->outside = 0;
	check->rounds = 0;
	stop->took_ns = 0;
	stop->inside_ns = 0;
	stop->walked = false;
	if (noting) {
		ret = kpatch_walk_outside(check, &stop->again);
		stop->walked = !ret;
	}
	if (ret == -ENOSPC) {
		/* The stop would find no more of them. */
		check->refusal.missing = true;
		ret = -EBUSY;
	}
	if (ret != -EBUSY) {
		forget_offenders(check);
		stop->took_ns = ktime_get_mono_fast_ns();
		ret = stop_machine(stopped, stop, NULL);
		stop->took_ns = ktime_get_mono_fast_ns() - stop->took_ns;
		kpatch_redirect_reap();
		kpatch_statistics.longest_ns =
			max(kpatch_statistics.longest_ns, stop->took_ns);
	}
	if (noting)
		kpatch_notes_stop();
	kpatch_tasks_free(&stop->again);
	return ret;
}

/* Attempts, until one succeeds or more of them are no use. */
static int attempt(struct kpatch_stop *stop)
{
	struct kpatch_parking parking;
	int ret;

	kpatch_park_begin(&parking);
	do {
		ret = walk_and_stop(stop);
	} while (ret == -EBUSY && !stop->check.refusal.late &&
		 kpatch_park(&parking, &stop->check));
	kpatch_park_end(&parking);
	stop->check.refusal.parked = parking.nr;
	return ret;
}

static void account(const struct kpatch_stop *stop, int ret)
{
	struct kpatch_statistics *s = &kpatch_statistics;

	s->last_inside = stop->check.inside;
	s->last_outside = stop->check.outside;
	s->last_rounds = stop->check.rounds;
	s->last_ns = stop->took_ns;
	s->last_inside_ns = stop->inside_ns;
	s->last_parked = stop->check.refusal.parked;
	s->parked += stop->check.refusal.parked;
	s->stops += !ret;
	s->refusals += ret == -EBUSY;
	s->late += stop->check.refusal.late;
}

/**
 * kpatch_switch - make what the states of the patches ask for come true
 * @subject:	the patch that the log and the refusal name
 * @replace:	the patches that go are replaced, not unpatched
 *
 * May sleep, under kpatch_mutex. Returns 0, or an error with nothing changed;
 * -EBUSY: some task is in a function that changes, or the stop would have
 * taken too long, and kpatch_refusal_show() tells which. The caller moves the
 * states on.
 */
int kpatch_switch(struct kpatch_module *subject, bool replace)
{
	struct kpatch_stop *stop = kvzalloc(sizeof(*stop), GFP_KERNEL);
	int ret;

	if (!stop)
		return -ENOMEM;
	stop->replace = replace;
	stop->check.asker = current;
	ret = kpatch_spans_collect(&stop->check);
	if (!ret)
		ret = kpatch_tasks_reserve(&stop->check.offenders, OFFENDERS_MAX);
	if (ret)
		goto free;
	kpatch_redirect_prepare();
	ret = attempt(stop);
	account(stop, ret);
	if (!ret)
		kpatch_mark_forced();
	if (ret == -EBUSY)
		kpatch_refusal_publish(subject, &stop->check.refusal);
	kpatch_invariants_check(&stop->check, !ret);
free:
	kpatch_tasks_free(&stop->check.offenders);
	kpatch_spans_free(&stop->check);
	kvfree(stop);
	return ret;
}
