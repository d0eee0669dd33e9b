// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ops.c - what is registered with ftrace, and how it is given back
 *
 * The functions that one object of a patch brings get one ftrace_ops together,
 * a batch, so that a patch of a thousand functions changes the kernel's text
 * in one pass. A batch is registered with all its functions, and none is added
 * later: only registration tells the direct callers of a function (eBPF fexit)
 * that the function's address is not fixed any more, so that they call what we
 * redirect to instead of the original.
 *
 * Unregistering waits for an RCU-tasks grace period, which can take half a
 * minute on a preemptible kernel under load. Nobody who holds a lock of ours,
 * and no notifier, waits for that: a batch whose functions are all gone gets
 * an anchor, an empty function of ours, as its only function (it must have
 * one: none means all), which frees its functions for everybody at once; the
 * rest is done by a work item.
 */
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "arch/arch.h"
#include "compat.h"
#include "core.h"
#include "unexported.h"

/*
 * ftrace holds its lock while it waits for the grace period. What comes right
 * behind us, the end of a module that goes or the next patch, wants it, too.
 */
#define FREE_DELAY	HZ

/* How long to wait, before kpatch_mutex is taken, for ftrace to let go. */
#define ENDING_LIMIT_MS	(30 * MSEC_PER_SEC)
#define ENDING_POLL_MS	20

/* One function each, for an ops shares none with another (IPMODIFY). */
#define ANCHOR(n)							\
	static noinline void anchor_##n(void)				\
	{								\
		asm volatile("" : : "i" (n)); /* no two are the same */	\
	}
#define ANCHOR_ADDR(n)	(unsigned long)anchor_##n,
#define EACH_16(x, n)							\
	x(n##0) x(n##1) x(n##2) x(n##3) x(n##4) x(n##5) x(n##6) x(n##7)	\
	x(n##8) x(n##9) x(n##a) x(n##b) x(n##c) x(n##d) x(n##e) x(n##f)
#define EACH_ANCHOR(x)							\
	EACH_16(x, 0x1) EACH_16(x, 0x2) EACH_16(x, 0x3) EACH_16(x, 0x4)

EACH_ANCHOR(ANCHOR)

static const unsigned long anchors[] = { EACH_ANCHOR(ANCHOR_ADDR) };

static unsigned long anchor_ip[ARRAY_SIZE(anchors)];
static bool anchor_taken[ARRAY_SIZE(anchors)];	/* under kpatch_mutex */
static LIST_HEAD(dead_batches);			/* under kpatch_mutex */

/* Where ftrace's calls go if not to a trampoline of the ops alone. */
static unsigned long shared_trampoline[2];

struct kpatch_batch *kpatch_batch_new(ftrace_func_t handler)
{
	struct kpatch_batch *batch = kzalloc(sizeof(*batch), GFP_KERNEL);

	if (!batch)
		return NULL;
	batch->ops.func = handler;
	batch->ops.flags = KPATCH_FTRACE_SAVE_REGS |
			   KPATCH_FTRACE_NO_RECURSION_CHECK |
			   FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	batch->anchor = -1;
	return batch;
}

/**
 * kpatch_batch_register - let ftrace call for all functions of a batch
 * @batch:	new
 * @ips:	where ftrace's calls are
 * @n:		how many
 *
 * May sleep, under kpatch_mutex. Returns 0 or ftrace's error; -EAGAIN, for the
 * trampoline of an eBPF program is being changed just now, only if that did
 * not end within a second.
 */
int kpatch_batch_register(struct kpatch_batch *batch, unsigned long *ips,
			  unsigned int n)
{
	int ret = kpatch_ftrace_filter_add(&batch->ops, ips, n), i;

	if (ret)
		return ret;
	for (i = 0; i < KPATCH_AGAIN_MAX; i++) {
		ret = register_ftrace_function(&batch->ops);
		if (ret != -EAGAIN)
			break;
		msleep(20);
	}
	batch->registered = !ret;
	return ret;
}

/*
 * Waits until no CPU is in the ops: long. May sleep. What ftrace waits for before it
 * returns is not enough on kernels that cannot be preempted: from 6.12 on it waits
 * for nothing there (synchronize_rcu_tasks_rude() is empty where idle CPUs run no
 * traced code), and who walks ftrace's list of ops may still be at ours. All of
 * them have preemption off.
 */
static void batch_free(struct kpatch_batch *batch)
{
	if (batch->registered && unregister_ftrace_function(&batch->ops)) {
		/* It has shut itself down after a bug, and its calls remain. */
		pr_err("ftrace does not let go of its calls: kpatch.ko must stay\n");
		__module_get(THIS_MODULE);
		return;
	}
	if (batch->registered)
		synchronize_rcu();
	kpatch_kernel(ftrace_free_filter)(&batch->ops);
	kfree(batch);
}

/*
 * Held while batches end, for ftrace holds its own lock then. Whoever would
 * wait for that one under kpatch_mutex waits for this one before.
 */
static DEFINE_MUTEX(ending);

/**
 * kpatch_lock - take kpatch_mutex, when ftrace is free
 *
 * For whoever may change what is registered with ftrace. May sleep long, with
 * nothing held: as long as ftrace keeps everybody waiting who loads a module.
 * But there is a limit: before 6.9 a task that sleeps while it ends keeps the
 * grace period from its end, and who will be refused needs no ftrace.
 */
void kpatch_lock(void)
{
	int i;

	for (i = 0; !mutex_trylock(&ending); i++) {
		if (i == ENDING_LIMIT_MS / ENDING_POLL_MS) {
			mutex_lock(&kpatch_mutex);
			return;
		}
		msleep(ENDING_POLL_MS);
	}
	mutex_lock(&kpatch_mutex);
	mutex_unlock(&ending);
}

/* In a kworker, without kpatch_mutex while it waits. */
static void free_dead(struct work_struct *work)
{
	struct kpatch_batch *batch, *next;
	LIST_HEAD(dead);

	mutex_lock(&ending);
	mutex_lock(&kpatch_mutex);
	list_splice_init(&dead_batches, &dead);
	mutex_unlock(&kpatch_mutex);
	list_for_each_entry_safe(batch, next, &dead, dead) {
		int anchor = batch->anchor;

		batch_free(batch);
		mutex_lock(&kpatch_mutex);
		anchor_taken[anchor] = false;
		mutex_unlock(&kpatch_mutex);
	}
	mutex_unlock(&ending);
}

static DECLARE_DELAYED_WORK(free_dead_work, free_dead);

/* All functions of a batch in exchange for an anchor. */
static int drop_anchor(struct kpatch_batch *batch)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(anchors); i++) {
		if (anchor_taken[i])
			continue;
		ret = ftrace_set_filter_ip(&batch->ops, anchor_ip[i], 0, 1);
		if (ret)
			return ret;
		anchor_taken[i] = true;
		batch->anchor = i;
		return 0;
	}
	return -EBUSY;
}

/**
 * kpatch_batch_release - the last function of a batch is gone
 * @batch:	no redirect has it any more; not to be used afterwards
 *
 * On return ftrace calls for none of its functions, whose module may be freed.
 * May sleep, under kpatch_mutex; waits for a grace period only if as many
 * batches as there are anchors have not come to their end.
 */
void kpatch_batch_release(struct kpatch_batch *batch)
{
	if (!batch->registered || drop_anchor(batch)) {
		batch_free(batch);
		return;
	}
	list_add(&batch->dead, &dead_batches);
	queue_delayed_work(system_long_wq, &free_dead_work, FREE_DELAY);
}

/**
 * kpatch_entry_check - is there a call that brings us in?
 * @batch:	that the function is registered with
 * @ip:		where its call must be
 *
 * ftrace's answers are good as long as its books are. May sleep. Returns 0 or
 * -EFAULT: another instruction, or a call to somewhere else.
 */
int kpatch_entry_check(const struct kpatch_batch *batch, unsigned long ip)
{
	u8 code[KPATCH_CALL_SIZE + 1] = {};
	unsigned long target;
	int i;

	/* Somebody may be changing it: a breakpoint stands there meanwhile. */
	for (i = 0; i < 10; i++) {
		if (copy_from_kernel_nofault(code, (void *)ip, KPATCH_CALL_SIZE))
			return -EFAULT;
		if (kpatch_arch_is_call(code))
			break;
		usleep_range(1000, 2000);
	}
	if (!kpatch_arch_is_call(code))
		return -EFAULT;
	kpatch_arch_branch(code, &target);
	target += ip - (unsigned long)code;
	if (target == batch->ops.trampoline ||
	    target == shared_trampoline[0] || target == shared_trampoline[1])
		return 0;
	return -EFAULT;
}

int __init kpatch_ops_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(anchors); i++) {
		anchor_ip[i] = kpatch_kernel(ftrace_location)(anchors[i]);
		if (!anchor_ip[i]) {
			pr_err("ftrace does not know kpatch.ko's own functions\n");
			return -EOPNOTSUPP;
		}
	}
	shared_trampoline[0] = kpatch_find_any("ftrace_caller");
	shared_trampoline[1] = kpatch_find_any("ftrace_regs_caller");
	return 0;
}

/* Module exit. No patch is left. */
void kpatch_ops_exit(void)
{
	flush_delayed_work(&free_dead_work);
}
