/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core.h - how the parts of kpatch.ko fit together
 *
 *   registry.c    patches: register, enable, disable, replace, unregister
 *   objects.c     objects: link to vmlinux or a module, module notifier
 *   symbols.c     names to addresses
 *   unexported.h  functions of the kernel that are not exported, called directly
 *   clones.c      what the compiler has made of a function beside the function
 *   relocs.c      dynamic relocations
 *   redirect.c    the ftrace handler and its table
 *   ops.c         what is registered with ftrace, and how it is given back
 *   activeness.c  is an address in use on some stack?
 *   walk.c        stacks walked while the machine runs
 *   notes.c       which tasks have left a CPU inside a function that changes
 *   exits.c       tasks that are on no list any more and have not ended
 *   park.c        tasks in the way are held where they are not
 *   switch.c      the stop, in which one store makes a patch live
 *   invariants.c  with debug=1: what must be true after every stop
 *   refusal.c     what stood in the way of the last attempt
 *   shadow.c      shadow variables
 *   sysfs.c       /sys/kernel/kpatch and /sys/module/kpatch
 *   compat.h      differences between kernels      arch/  between processors
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
 * A patch is on kpatch_patches in every state but DISABLED, and nothing of it
 * is touched while it is off: it may free its lists then.
 *
 * A function of a patch counts before the switch when its patch is ENABLED or
 * DISABLING, and after it when ENABLING or ENABLED. States change under
 * kpatch_mutex only, outside the stop.
 *
 * Locks
 *   ending        Sleeping, of ops.c, outermost: held while ftrace waits for a
 *                 grace period with its own lock. kpatch_lock() passes it.
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
 *   walked while the machine runs. Meanwhile a probe on sched_switch walks the
 *   stack of every task that leaves a CPU, and notes the task if it is not
 *   clean. Invariant: a task that is neither noted nor on the list of those to
 *   walk again had a clean stack when it left its CPU last; or has not been on
 *   a CPU since noting began, and had one then; or was made later and has not
 *   run at all. The stop makes every other task leave its CPU. The stopper
 *   threads alone are on their CPUs: all are in the same functions, and one is
 *   walked for all. The lock of a CPU's notes is innermost, raw, and taken
 *   under rq->lock; that of exits.c is raw, too, and takes no other.
 *
 * IBT, kCFI, FineIBT
 *   What is not exported is called directly (unexported.h). Pointers that are
 *   called go to hooks of patches, and back from the kernel to functions of
 *   ours whose address we take: those have their ENDBR, and the very type that
 *   the kernel calls them with, which is what kCFI compares. ftrace goes to a
 *   replacement by a return, which neither IBT nor kCFI look at; its caller
 *   has passed the checks at the original's entry.
 *
 * The switch
 *   Every redirect has two targets. The one that kpatch_slot selects is in
 *   force; the other is prepared while the machine runs, and the stop changes
 *   kpatch_slot: one store, so that an NMI sees all functions of a patch or
 *   none.
 */
#ifndef _KPATCH_CORE_H
#define _KPATCH_CORE_H

#include <linux/ftrace.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "kpatch.h"

#define KPATCH_STACK_MAX	128

/* What ftrace may refuse for an instant is asked for again: times 20 ms. */
#define KPATCH_AGAIN_MAX	50

/* Patches that are not off, the newest last. Under kpatch_mutex. */
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
bool kpatch_wants_unpatch(const struct kpatch_module *kpmod);
void kpatch_patch_going(struct module *mod);

/* objects.c */
int kpatch_objects_init(void);
void kpatch_objects_exit(void);
bool kpatch_object_is_vmlinux(const struct kpatch_object *obj);
int kpatch_objects_link(struct kpatch_module *kpmod);
void kpatch_objects_unlink(struct kpatch_module *kpmod);

/* A part of a function that the compiler has moved away from it, or a copy. */
struct kpatch_part {
	unsigned long addr;
	unsigned long size;
};

/* What a function has while its object is linked. Under kpatch_mutex. */
struct kpatch_link {
	struct kpatch_func *func;
	struct kpatch_redirect *redirect;
	struct list_head stack_node;	/* kpatch_redirect.funcs */
	unsigned long size;		/* of the original, to the next symbol */
	struct kpatch_part *part;
	unsigned int nr_parts;
	unsigned long given_addr;	/* what old_addr and old_size were */
	unsigned long given_size;
};

/* symbols.c */
int kpatch_symbols_init(void);
int kpatch_find_symbol(struct module *mod, const char *name,
		       unsigned long sympos, unsigned long *addr);
unsigned long kpatch_find_nth(struct module *mod, const char *name,
			      unsigned long n);
unsigned long kpatch_find_any(const char *name);
unsigned long kpatch_symbol_size(unsigned long addr);
void kpatch_each_vmlinux_symbol(int (*fn)(void *data, const char *name,
					  unsigned long addr), void *data);
void kpatch_each_module_symbol(struct module *mod,
			       int (*fn)(void *data, const char *name,
					 unsigned long addr), void *data);

/* clones.c */
int kpatch_clones_init(void);
void kpatch_clones_exit(void);
int kpatch_clones_find(const struct kpatch_object *obj,
		       struct kpatch_func *func);
int kpatch_clones_check(const struct kpatch_object *obj,
			const struct kpatch_func *func);

/* relocs.c */
int kpatch_dynrelas_apply(struct kpatch_module *kpmod,
			  struct kpatch_object *obj);
void kpatch_dynrelas_release(const struct kpatch_object *obj);

/* redirect.c */
struct kpatch_batch;

struct kpatch_redirect {
	struct hlist_node node;		/* in the table, by ip */
	struct kpatch_batch *batch;
	struct list_head retired;	/* waits for the next stop */
	struct list_head funcs;		/* kpatch_link.stack_node, newest last */
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

bool kpatch_redirects_consistent(bool switched);

/* ops.c: functions that are registered with ftrace together */
struct kpatch_batch {
	struct ftrace_ops ops;
	unsigned int redirects;		/* that have this batch */
	bool registered;
	struct list_head dead;		/* waits for its end */
	int anchor;			/* the one it has then */
};

struct kpatch_batch *kpatch_batch_new(ftrace_func_t handler);
int kpatch_batch_register(struct kpatch_batch *batch, unsigned long *ips,
			  unsigned int n);
void kpatch_batch_release(struct kpatch_batch *batch);
int kpatch_entry_check(const struct kpatch_batch *batch, unsigned long ip);
void kpatch_lock(void);
int kpatch_ops_init(void);
void kpatch_ops_exit(void);

/* activeness.c: what may not be in use, and the look at one stack */
struct kpatch_span {
	unsigned long start;
	unsigned long end;
	const struct kpatch_func *func;		/* or else the whole text of */
	const struct kpatch_module *patch;
};

struct kpatch_spans {
	struct kpatch_span *span;
	size_t nr;
	size_t max;
};

/* Why not now. One of span, error (of the stack walker), late and missing is set. */
struct kpatch_refusal {
	const struct kpatch_span *span;
	int error;
	bool late;			/* the stop would have exceeded its limit */
	bool missing;			/* too many end at once: see exits.c */
	pid_t pid;
	char comm[TASK_COMM_LEN];
	unsigned int parked;		/* tasks that were held meanwhile */
	unsigned int at;		/* the entry that is in the span */
	unsigned int nr;
	unsigned long entries[KPATCH_STACK_MAX];
};

struct kpatch_tasks {
	struct task_struct **task;	/* each with a reference */
	size_t nr;
	size_t max;
};

/* One attempt to prove that nobody is in any of the spans. */
struct kpatch_check {
	struct kpatch_spans spans;	/* functions, sorted */
	struct kpatch_spans texts;	/* of patches that go, sorted */
	struct task_struct *asker;	/* its module calls us: see activeness.c */
	struct kpatch_refusal refusal;	/* of the first task in the way */
	struct kpatch_tasks offenders;	/* all of them, if there was room */
	bool asleep;			/* they sleep there: no stop was needed */
	bool sure_only;			/* a stack that nobody can walk is clean */
	u64 deadline;			/* of the stop, in ns; 0: none */
	unsigned int inside;		/* stacks walked inside the stop */
	unsigned int outside;		/* and while the machine ran */
	unsigned int rounds;
	unsigned long scratch[KPATCH_STACK_MAX];
};

int kpatch_spans_collect(struct kpatch_check *check);
void kpatch_mark_forced(void);
void kpatch_spans_free(struct kpatch_check *check);
bool kpatch_nothing_changes(const struct kpatch_check *check);
bool kpatch_is_clean(const struct kpatch_check *check,
		     struct task_struct *task, unsigned long *entries);
int kpatch_check_task(struct kpatch_check *check, struct task_struct *task);
int kpatch_check_inside(struct kpatch_check *check, struct task_struct *task);

/* walk.c: stacks walked while the machine runs */
int kpatch_tasks_reserve(struct kpatch_tasks *list, size_t more);
void kpatch_tasks_free(struct kpatch_tasks *list);
int kpatch_walk_outside(struct kpatch_check *check, struct kpatch_tasks *again);
int kpatch_walk_rest(struct kpatch_check *check,
		     const struct kpatch_tasks *again);
int kpatch_walk_all(struct kpatch_check *check);

/* notes.c */
void kpatch_notes_init(void);
void kpatch_notes_exit(void);
int kpatch_notes_start(const struct kpatch_check *check);
void kpatch_notes_stop(void);
size_t kpatch_notes_count(void);
int kpatch_notes_drain(struct kpatch_tasks *list);
int kpatch_notes_check(struct kpatch_check *check);

/* exits.c */
#define KPATCH_EXITS_MAX	1024

int kpatch_exits_init(void);
void kpatch_exits_exit(void);
int kpatch_exits_list(struct kpatch_tasks *list);
int kpatch_exits_check(struct kpatch_check *check);

/* park.c */
struct kpatch_parking {
	struct list_head parked;
	unsigned int tries;
	unsigned int nr;		/* tasks that were held */
	ktime_t until;
};

void kpatch_park_begin(struct kpatch_parking *parking);
bool kpatch_park(struct kpatch_parking *parking, struct kpatch_check *check);
void kpatch_park_end(struct kpatch_parking *parking);
void kpatch_park_init(void);
void kpatch_park_exit(void);

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
	unsigned long parked;		/* tasks in the way that were held */
	unsigned int last_parked;
};

extern struct kpatch_statistics kpatch_statistics;	/* under kpatch_mutex */

int kpatch_switch(struct kpatch_module *subject, bool replace);

/* invariants.c */
void kpatch_invariants_check(struct kpatch_check *check, bool switched);

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
bool kpatch_sysfs_has(const struct kpatch_module *kpmod);
void kpatch_sysfs_module_going(const struct module *mod);

#endif /* _KPATCH_CORE_H */
