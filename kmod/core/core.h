/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core.h - how the parts of kpatch.ko fit together
 *
 *   registry.c    patches: register, enable, disable, replace, unregister
 *   objects.c     objects: link to vmlinux or a module, module notifier
 *   symbols.c     names to addresses
 *   relocs.c      dynamic relocations
 *   redirect.c    the ftrace handler and its table
 *   activeness.c  is an address in use on some stack?
 *   walk.c        stacks walked while the machine runs
 *   notes.c       which tasks ran since
 *   switch.c      the stop, in which one store makes a patch live
 *   refusal.c     what stood in the way of the last attempt
 *   shadow.c      shadow variables
 *   sysfs.c       /sys/kernel/kpatch and /sys/module/kpatch
 *
 * State machine of a patch (kpatch_module.state):
 *
 *            kpatch_enable()             stop succeeded
 *   DISABLED ---------------> ENABLING -----------------> ENABLED
 *       ^  ^                     |                         |   ^
 *       |  +---------------------+                         |   |
 *       |      anything failed                             |   |
 *       |                                 kpatch_disable() |   | stop failed
 *       |  stop succeeded                 or replaced      v   |
 *       +---------------------------------------------- DISABLING
 *
 * A function of a patch counts before the switch when its patch is ENABLED or
 * DISABLING, and after it when ENABLING or ENABLED. States change under
 * kpatch_mutex only, outside the stop.
 *
 * Locks
 *   kpatch_mutex  Sleeping. Serialises everything here: registration, sysfs
 *                 writes, the module notifier. Taken outside of the locks of
 *                 ftrace, kallsyms, text_mutex and cpu hotplug (stop_machine
 *                 takes that one). sysfs entries are removed only without it,
 *                 because their removal waits for writers who want it.
 *
 * Readers without a lock
 *   The ftrace handler runs in any context, NMI and the stop included. It
 *   reads two things: the table of redirects (an RCU list, entries of which
 *   are freed only after a later stop, so that no CPU can still be in the
 *   handler, not even an idle one that RCU does not watch) and kpatch_slot.
 *
 * The short stop
 *   A task's stack stands still while the task is off its CPU. So stacks are
 *   walked while the machine runs, and inside the stop only those of tasks
 *   that have run since, which a probe on sched_switch notes. Invariant: a
 *   task that is neither noted nor on the list of those to walk again has
 *   not been on a CPU since its stack was found clean, or was made after the
 *   list of tasks was and has not run at all. The stopper threads alone are
 *   on their CPUs: all are in the same functions, and one is walked for all.
 *   The lock of a CPU's notes is innermost, raw, and taken under rq->lock.
 *
 * The switch
 *   Every redirect has two targets. The one that kpatch_slot selects is in
 *   force; the other is prepared while the machine runs, and the stop changes
 *   kpatch_slot: one store, so that an NMI sees all functions of a patch or
 *   none.
 */
#ifndef _KPATCH_CORE_H
#define _KPATCH_CORE_H

#include <linux/mutex.h>
#include <linux/sched.h>

#include "kpatch.h"

#define KPATCH_STACK_MAX	128

/* Registered patches in the order of registration, under kpatch_mutex. */
extern struct list_head kpatch_patches;
extern struct mutex kpatch_mutex;

#define kpatch_for_each_patch(p) list_for_each_entry(p, &kpatch_patches, list)
#define kpatch_for_each_object(p, o) list_for_each_entry(o, &(p)->objects, list)
#define kpatch_for_each_func(o, f) list_for_each_entry(f, &(o)->funcs, list)

static inline bool kpatch_live_before(const struct kpatch_module *p)
{
	return p->state == KPATCH_ENABLED || p->state == KPATCH_DISABLING;
}

static inline bool kpatch_live_after(const struct kpatch_module *p)
{
	return p->state == KPATCH_ENABLING || p->state == KPATCH_ENABLED;
}

/* registry.c */
int kpatch_enable(struct kpatch_module *kpmod, bool replace);
int kpatch_disable(struct kpatch_module *kpmod);
void kpatch_patch_going(struct module *mod);

/* objects.c */

/* A part of a function that the compiler has moved away from it. */
struct kpatch_cold {
	unsigned long addr;
	unsigned long size;
};

int kpatch_objects_init(void);
void kpatch_objects_exit(void);
bool kpatch_object_is_vmlinux(const struct kpatch_object *obj);
int kpatch_objects_link(struct kpatch_module *kpmod);
void kpatch_objects_unlink(struct kpatch_module *kpmod);

/* symbols.c: kernel functions that some kernel does not export, found at init */
struct ftrace_ops;

struct kpatch_kernel {
	int (*stack_trace_save_tsk_reliable)(struct task_struct *task,
					     unsigned long *store,
					     unsigned int size);
	unsigned long (*ftrace_location)(unsigned long ip);
	int (*lookup_size_offset)(unsigned long addr, unsigned long *size,
				  unsigned long *offset);
	struct task_struct *(*idle_task)(int cpu);
	struct module *(*find_module)(const char *name);
	void (*ftrace_free_filter)(struct ftrace_ops *ops);
};

extern struct kpatch_kernel kpatch_kernel;

int kpatch_symbols_init(void);
int kpatch_find_symbol(struct module *mod, const char *name,
		       unsigned long sympos, unsigned long *addr);
unsigned long kpatch_find_nth(struct module *mod, const char *name,
			      unsigned long n);
unsigned long kpatch_symbol_size(unsigned long addr);

/* relocs.c */
int kpatch_dynrelas_apply(struct kpatch_module *kpmod,
			  struct kpatch_object *obj);

/* redirect.c */
struct kpatch_batch;

struct kpatch_redirect {
	struct hlist_node node;		/* in the table, by ip */
	struct kpatch_batch *batch;
	struct list_head retired;	/* waits for the next stop */
	struct list_head funcs;		/* kpatch_func.stack_node, newest last */
	unsigned long ip;		/* where ftrace calls us from */
	unsigned long target[2];	/* 0: run the original */
};

int kpatch_redirect_attach(struct kpatch_object *obj);
void kpatch_redirect_detach(struct kpatch_object *obj);
void kpatch_redirect_prepare(void);
void kpatch_redirect_flip(void);
void kpatch_redirect_set_idle(void);
void kpatch_redirect_reap(void);
void kpatch_redirect_exit(void);
struct kpatch_func *kpatch_redirect_top(struct kpatch_redirect *r, bool after);

/* activeness.c: what may not be in use, and the look at one stack */
struct kpatch_span {
	unsigned long start;
	unsigned long end;
	struct kpatch_func *func;
};

struct kpatch_spans {
	struct kpatch_span *span;
	size_t nr;
	size_t max;
};

/* Why not now. One of func, error (of the stack walker) and late is set. */
struct kpatch_refusal {
	const struct kpatch_func *func;
	int error;
	bool late;			/* the stop would have exceeded its limit */
	pid_t pid;
	char comm[TASK_COMM_LEN];
	unsigned int nr;
	unsigned long entries[KPATCH_STACK_MAX];
};

/* One attempt to prove that nobody is in any of the spans. */
struct kpatch_check {
	struct kpatch_spans spans;
	struct kpatch_refusal refusal;
	u64 deadline;			/* of the stop, in ns; 0: none */
	unsigned int inside;		/* stacks walked inside the stop */
	unsigned int outside;		/* and while the machine ran */
	unsigned int rounds;
};

int kpatch_spans_collect(struct kpatch_spans *spans);
void kpatch_mark_forced(void);
void kpatch_spans_free(struct kpatch_spans *spans);
int kpatch_check_task(struct kpatch_check *check, struct task_struct *task);
int kpatch_check_inside(struct kpatch_check *check, struct task_struct *task);
int kpatch_check_all(struct kpatch_check *check);

/* walk.c: stacks walked while the machine runs */
struct kpatch_tasks {
	struct task_struct **task;	/* each with a reference */
	size_t nr;
	size_t max;
};

int kpatch_tasks_reserve(struct kpatch_tasks *list, size_t more);
void kpatch_tasks_free(struct kpatch_tasks *list);
int kpatch_walk_outside(struct kpatch_check *check, struct kpatch_tasks *again);
int kpatch_walk_rest(struct kpatch_check *check,
		     const struct kpatch_tasks *again);

/* notes.c */
void kpatch_notes_init(void);
void kpatch_notes_exit(void);
int kpatch_notes_start(void);
void kpatch_notes_stop(void);
int kpatch_notes_drain(struct kpatch_tasks *list);
int kpatch_notes_inside(int (*fn)(struct task_struct *task, void *data),
			void *data);

/* switch.c */
struct kpatch_statistics {
	unsigned long stops;		/* that switched something */
	unsigned long refusals;
	unsigned long late;		/* refusals because of the limit */
	u64 last_ns;			/* from asking for the stop to its end */
	u64 longest_ns;
	u64 last_inside_ns;		/* of that: looking, switching, hooks */
	unsigned int last_inside;
	unsigned int last_outside;
	unsigned int last_rounds;
};

extern struct kpatch_statistics kpatch_statistics;	/* under kpatch_mutex */

int kpatch_switch(struct kpatch_module *subject, bool replace);

/* refusal.c */

void kpatch_refusal_publish(const struct kpatch_module *kpmod,
			    const struct kpatch_refusal *refusal);
void kpatch_refusal_loading(const struct kpatch_module *kpmod,
			    const struct kpatch_object *obj);
void kpatch_refusal_hook(const struct kpatch_module *kpmod,
			 const struct kpatch_object *obj);
ssize_t kpatch_refusal_show(char *buf);

/* shadow.c */
void kpatch_shadow_exit(void);

/* sysfs.c */
int kpatch_sysfs_init(void);
void kpatch_sysfs_exit(void);
int kpatch_sysfs_add(struct kpatch_module *kpmod);
void kpatch_sysfs_remove(struct kpatch_module *kpmod);

#endif /* _KPATCH_CORE_H */
