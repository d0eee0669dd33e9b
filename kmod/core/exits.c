// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exits.c - tasks that are on no list any more and have not ended
 *
 * A task that nobody waits for takes itself off the list of tasks, in
 * release_task(), and then goes on for a while and may sleep: who walks the
 * list does not see it. So does one whose parent was told of its end and has
 * been quick to take it off. A kprobe on release_task() puts it into a table
 * of ours. There it stays until its memory is freed, which a tracepoint tells,
 * or its place is wanted when it has ended.
 *
 * A task that had come that far before kpatch.ko was loaded is not seen. It
 * can be in no replacement.
 */
#include <linux/delay.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>

#include "compat.h"
#include "core.h"

#define EXITS_PROBES	16		/* slots tried before giving up */

/*
 * Who did not fit has ended by then, unless it sleeps. Nothing tells for certain:
 * such a task is on no list of the kernel's and has no room of its own left to be
 * marked in, and no grace period waits for it (that of RCU-tasks did, before 6.9).
 * It takes hundreds that sleep at once on their last steps, in what is patched.
 */
#define EXITS_LOST	(10 * HZ)

/* Innermost: taken with a runqueue's lock held elsewhere, takes none itself. */
static DEFINE_RAW_SPINLOCK(exits_lock);
static struct task_struct *exits[KPATCH_EXITS_MAX];	/* by address */
static bool exits_lost;			/* one did not fit, at lost_at */
static unsigned long exits_lost_at;	/* jiffies */
static struct tracepoint *sched_process_free;
static const bool *all_disarmed;	/* kprobes; NULL: this kernel has no such */

static struct task_struct **slot(const struct task_struct *task, unsigned int i)
{
	return &exits[(hash_ptr(task, 10) + i) % KPATCH_EXITS_MAX];
}

/* It has left its CPU for the last time. */
static bool has_ended(const struct task_struct *task)
{
	return KPATCH_TASK_STATE(task) == TASK_DEAD && !READ_ONCE(task->on_cpu);
}

static void put_in(struct task_struct *task)
{
	unsigned int i;

	for (i = 0; i < EXITS_PROBES; i++) {
		struct task_struct **s = slot(task, i);

		if (!*s || *s == task || has_ended(*s)) {
			*s = task;
			return;
		}
	}
	exits_lost = true;
	exits_lost_at = jiffies;
}

/* Has begun to end, and goes on. */
static bool lingers(const struct task_struct *task)
{
	return READ_ONCE(task->exit_state) && !has_ended(task);
}

/*
 * Before release_task(task), in the task itself, in its parent or in whoever
 * traces it. The last thread takes its leader along. Preemption is off.
 */
static int before_release(struct kprobe *p, struct pt_regs *regs)
{
	struct task_struct *task = (void *)regs_get_kernel_argument(regs, 0);
	struct task_struct *leader = task->group_leader;
	unsigned long flags;

	raw_spin_lock_irqsave(&exits_lock, flags);
	if (lingers(task))
		put_in(task);
	if (leader != task && lingers(leader))
		put_in(leader);
	raw_spin_unlock_irqrestore(&exits_lock, flags);
	return 0;
}

static struct kprobe release_probe = {
	.symbol_name = "release_task",
	.pre_handler = before_release,
};

/* Its memory is freed after this. Softirq or process context. */
static void probe_free(void *data, struct task_struct *task)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&exits_lock, flags);
	for (i = 0; i < EXITS_PROBES; i++)
		if (*slot(task, i) == task)
			*slot(task, i) = NULL;
	raw_spin_unlock_irqrestore(&exits_lock, flags);
}

/* Root may switch off all kprobes, and ours: /sys/kernel/debug/kprobes/enabled. */
static bool is_blind(void)
{
	return all_disarmed && READ_ONCE(*all_disarmed);
}

/* Under exits_lock, or inside the stop. */
static bool somebody_is_missing(void)
{
	if (is_blind()) {
		exits_lost = true;
		exits_lost_at = jiffies;
	}
	return exits_lost && time_before(jiffies, exits_lost_at + EXITS_LOST);
}

/**
 * kpatch_exits_list - add these tasks to those that are to be walked
 * @list:	has room for KPATCH_EXITS_MAX more; each gets a reference
 *
 * Any context but NMI. Returns 0; -ENOSPC: there have been more of them lately
 * than could be kept, or kprobes are off, and somebody may be missing.
 */
int kpatch_exits_list(struct kpatch_tasks *list)
{
	unsigned long flags;
	unsigned int i;
	int ret = 0;

	raw_spin_lock_irqsave(&exits_lock, flags);
	for (i = 0; i < KPATCH_EXITS_MAX; i++)
		if (exits[i] && !has_ended(exits[i]))
			list->task[list->nr++] = get_task_struct(exits[i]);
	if (somebody_is_missing())
		ret = -ENOSPC;
	else
		exits_lost = false;
	raw_spin_unlock_irqrestore(&exits_lock, flags);
	return ret;
}

/**
 * kpatch_exits_check - walk these tasks
 * @check:	what to look for
 *
 * Inside the stop: nobody is in the probes. Returns as kpatch_check_inside(),
 * or -ENOSPC: somebody may be missing, as with kpatch_exits_list().
 */
int kpatch_exits_check(struct kpatch_check *check)
{
	unsigned int i;
	int ret = somebody_is_missing() ? -ENOSPC : 0;

	for (i = 0; i < KPATCH_EXITS_MAX && !ret; i++)
		if (exits[i] && !has_ended(exits[i]))
			ret = kpatch_check_inside(check, exits[i]);
	return ret;
}

static void find_tracepoint(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "sched_process_free"))
		sched_process_free = tp;
}

/* Without what they need these tasks are not seen, which is said once. */
int __init kpatch_exits_init(void)
{
	int ret;

	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!sched_process_free) {
		pr_err("this kernel has no tracepoint sched_process_free\n");
		return -EOPNOTSUPP;
	}
	check_trace_callback_type_sched_process_free(probe_free);
	ret = tracepoint_probe_register(sched_process_free, probe_free, NULL);
	if (ret)
		return ret;
	all_disarmed = (const bool *)kpatch_find_any("kprobes_all_disarmed");
	ret = register_kprobe(&release_probe);
	if (ret) {
		pr_err("no kprobe on release_task: error %d\n", ret);
		tracepoint_probe_unregister(sched_process_free, probe_free,
					    NULL);
		tracepoint_synchronize_unregister();
	}
	return ret;
}

/* Module exit. May sleep. */
void kpatch_exits_exit(void)
{
	int i;

	/*
	 * unregister_kprobe() does not say when memory to disarm the probe is
	 * lacking, and the kernel keeps it then, though it will be freed.
	 */
	for (i = 0; i < KPATCH_AGAIN_MAX; i++) {
		if (disable_kprobe(&release_probe) != -ENOMEM)
			break;
		msleep(20);
	}
	unregister_kprobe(&release_probe);
	tracepoint_probe_unregister(sched_process_free, probe_free, NULL);
	tracepoint_synchronize_unregister();
}
