// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redirect.c - the ftrace handler and its table
 *
 * One handler and one table serve all patched functions.
 */
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>

#include "arch/arch.h"
#include "compat.h"
#include "core.h"
#include "unexported.h"

#define KPATCH_HASH_BITS 10

/* How many may wait for a stop that somebody needs: some hundred kilobytes. */
#define RETIRED_MAX	4096

static struct hlist_head kpatch_table[1 << KPATCH_HASH_BITS];
static LIST_HEAD(kpatch_retired);	/* under kpatch_mutex */
static unsigned int nr_retired;		/* on it */
static unsigned int kpatch_slot;	/* 0 or 1; changes in the stop only */

/* Inline, as the handler may call nothing that could be traced. */
static __always_inline struct hlist_head *bucket(unsigned long ip)
{
	return &kpatch_table[hash_long(ip, KPATCH_HASH_BITS)];
}

/*
 * Any context, NMI and the stop included; calls nothing that could be traced,
 * so it needs no recursion protection. Preemption is off so that a stop, and
 * with it kpatch_redirect_reap(), waits for us even where RCU does not watch.
 */
static void notrace kpatch_handler(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops,
				   kpatch_ftrace_regs *regs)
{
	struct kpatch_redirect *r;

	preempt_disable_notrace();
	hlist_for_each_entry_rcu_notrace(r, bucket(ip), node) {
		unsigned long target;

		if (r->ip != ip)
			continue;
		target = READ_ONCE(r->target[READ_ONCE(kpatch_slot)]);
		if (target)
			kpatch_ftrace_set_ip(regs, target);
		break;
	}
	preempt_enable_notrace();
}

static struct kpatch_redirect *redirect_find(unsigned long ip)
{
	struct kpatch_redirect *r;

	hlist_for_each_entry(r, bucket(ip), node)
		if (r->ip == ip)
			return r;
	return NULL;
}

static struct kpatch_redirect *redirect_new(struct kpatch_batch *batch,
					    unsigned long ip)
{
	struct kpatch_redirect *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return NULL;
	r->ip = ip;
	INIT_LIST_HEAD(&r->funcs);
	r->batch = batch;
	batch->redirects++;
	hlist_add_head_rcu(&r->node, bucket(ip));
	return r;
}

/**
 * kpatch_redirect_top - the function that decides what callers get
 * @r:		the redirect
 * @after:	as it will be after the switch, not as it is before
 *
 * The newest one of a live patch; NULL: the original.
 */
struct kpatch_func *kpatch_redirect_top(struct kpatch_redirect *r, bool after)
{
	struct kpatch_link *link;

	list_for_each_entry_reverse(link, &r->funcs, stack_node)
		if (after ? kpatch_live_after(link->func->patch) :
			    kpatch_live_before(link->func->patch))
			return link->func;
	return NULL;
}

static int filter_error(struct kpatch_object *obj, int ret)
{
	if (ret != -EBUSY)
		return ret;
	pr_err("%s: ftrace refuses: it is off (kernel.ftrace_enabled=0), or a livepatch or kprobe already redirects one of the functions\n",
	       obj->name);
	/* EBUSY means "try again", which would not help here */
	return -EADDRINUSE;
}

/* Two names of one function are two functions of one address: allowed. */
static bool is_twice(const struct kpatch_redirect *r,
		     const struct kpatch_func *func)
{
	const struct kpatch_link *l;

	list_for_each_entry(l, &r->funcs, stack_node)
		if (l->func->patch == func->patch &&
		    !strcmp(l->func->name, func->name))
			return true;
	return false;
}

/* Where ftrace calls for @func; 0: nowhere, or not at its entry. */
static unsigned long entry_of(const struct kpatch_func *func)
{
	unsigned long ip = kpatch_kernel(ftrace_location)(func->old_addr);

	return ip - func->old_addr <= KPATCH_ENTRY_MAX ? ip : 0;
}

static int attach_func(struct kpatch_func *func, struct kpatch_batch *batch,
		       unsigned long *ips)
{
	unsigned long ip = entry_of(func);
	struct kpatch_redirect *r;

	if (!ip) {
		pr_err("%s:%s cannot be traced, so it cannot be patched\n",
		       func->object->name, func->name);
		return -EOPNOTSUPP;
	}
	r = redirect_find(ip);
	if (!r) {
		ips[batch->redirects] = ip;
		r = redirect_new(batch, ip);
		if (!r)
			return -ENOMEM;
	} else if (is_twice(r, func)) {
		pr_err("%s:%s is replaced twice\n", func->object->name,
		       func->name);
		return -EINVAL;
	}
	func->link->redirect = r;
	list_add_tail(&func->link->stack_node, &r->funcs);
	return 0;
}

static unsigned int count_funcs(const struct kpatch_object *obj)
{
	const struct kpatch_func *func;
	unsigned int n = 0;

	kpatch_for_each_func(obj, func)
		n++;
	return n;
}

static int check_entries(struct kpatch_object *obj)
{
	struct kpatch_func *func;

	kpatch_for_each_func(obj, func) {
		const struct kpatch_redirect *r = func->link->redirect;

		if (kpatch_entry_check(r->batch, r->ip)) {
			pr_err("%s:%s: ftrace does not call us for it, though it was asked to\n",
			       obj->name, func->name);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int attach_funcs(struct kpatch_object *obj, struct kpatch_batch *batch,
			unsigned long *ips)
{
	struct kpatch_func *func;
	int ret;

	kpatch_for_each_func(obj, func) {
		ret = attach_func(func, batch, ips);
		if (ret)
			return ret;
	}
	if (batch->redirects) {
		ret = kpatch_batch_register(batch, ips, batch->redirects);
		if (ret)
			return filter_error(obj, ret);
	}
	return check_entries(obj);
}

/**
 * kpatch_redirect_attach - make ftrace call us for all functions of an object
 * @obj:	the object, its functions found
 *
 * Nothing is redirected yet. May sleep, under kpatch_mutex. Returns 0, or an
 * error with everything undone: -EOPNOTSUPP for a function that ftrace does
 * not know, -EADDRINUSE for one that somebody else redirects.
 */
int kpatch_redirect_attach(struct kpatch_object *obj)
{
	unsigned int count = count_funcs(obj);
	struct kpatch_batch *batch;
	unsigned long *ips;
	int ret = -ENOMEM;

	if (!count)
		return 0;
	batch = kpatch_batch_new(kpatch_handler);
	ips = kvcalloc(count, sizeof(*ips), GFP_KERNEL);
	if (batch && ips)
		ret = attach_funcs(obj, batch, ips);
	kvfree(ips);
	if (batch && !batch->redirects)
		kpatch_batch_release(batch);
	if (ret)
		kpatch_redirect_detach(obj);
	return ret;
}

/*
 * Takes @func off its redirect. A redirect without functions leaves the table
 * for @gone, a batch without redirects goes to @dead.
 */
static void detach_func(struct kpatch_func *func, struct list_head *gone,
			struct list_head *dead)
{
	struct kpatch_redirect *r = func->link ? func->link->redirect : NULL;

	if (!r)
		return;
	list_del(&func->link->stack_node);
	func->link->redirect = NULL;
	if (!list_empty(&r->funcs))
		return;
	hlist_del_rcu(&r->node);
	list_add(&r->retired, gone);
	if (!--r->batch->redirects)
		list_add(&r->batch->dead, dead);
}

/*
 * A filter of a batch never gets empty: that would mean "every function". ftrace
 * allocates the filter anew; if it went on calling for this function, nobody
 * else could patch it (IPMODIFY), so lack of memory is waited out: @patience times
 * 20 ms for all functions together, as who loads a module may be waiting for us.
 */
static void filter_remove(struct kpatch_redirect *r, int *patience)
{
	int ret;

	if (!r->batch->redirects)
		return;			/* the whole batch goes */
	for (;;) {
		ret = ftrace_set_filter_ip(&r->batch->ops, r->ip, 1, 0);
		if (ret != -ENOMEM || *patience <= 0)
			break;
		(*patience)--;
		msleep(20);
	}
	if (ret)
		pr_warn_ratelimited("ftrace keeps calling for %pS: error %d\n",
				    (void *)r->ip, ret);
}

/* Inside a stop that nobody needs but for what it proves: all CPUs were here. */
static int nothing(void *unused)
{
	return 0;
}

/* A module that comes and goes leaves some each time, and may do so for ever. */
static void retire(struct list_head *gone)
{
	struct kpatch_redirect *r;

	list_for_each_entry(r, gone, retired)
		nr_retired++;
	list_splice(gone, &kpatch_retired);
	if (nr_retired <= RETIRED_MAX)
		return;
	stop_machine(nothing, NULL, NULL);
	kpatch_redirect_reap();
}

/**
 * kpatch_redirect_detach - undo kpatch_redirect_attach()
 * @obj:	the object; its functions are not in force any more
 *
 * The redirects that go leave the table at once and are freed after the next
 * stop; if too many of them wait, that is now. May sleep, under kpatch_mutex.
 */
void kpatch_redirect_detach(struct kpatch_object *obj)
{
	struct kpatch_batch *batch, *next;
	struct kpatch_redirect *r;
	struct kpatch_func *func;
	int patience = KPATCH_AGAIN_MAX;
	LIST_HEAD(gone);
	LIST_HEAD(dead);

	kpatch_for_each_func(obj, func)
		detach_func(func, &gone, &dead);
	list_for_each_entry(r, &gone, retired)
		filter_remove(r, &patience);
	list_for_each_entry_safe(batch, next, &dead, dead) {
		list_del(&batch->dead);
		kpatch_batch_release(batch);
	}
	retire(&gone);
}

#define for_each_redirect(r, i)						\
	for ((i) = 0; (i) < ARRAY_SIZE(kpatch_table); (i)++)		\
		hlist_for_each_entry(r, &kpatch_table[i], node)

/* What callers get before or after the switch; 0: the original. */
static unsigned long target_of(struct kpatch_redirect *r, bool after)
{
	struct kpatch_func *func = kpatch_redirect_top(r, after);

	return func ? func->new_addr : 0;
}

/*
 * Fills the targets that are not in force with those after the switch. What
 * was there does not matter: it is left over from the switch before, or from
 * one that was given up.
 */
void kpatch_redirect_prepare(void)
{
	struct kpatch_redirect *r;
	unsigned int i;

	for_each_redirect(r, i)
		WRITE_ONCE(r->target[!kpatch_slot], target_of(r, true));
}

/*
 * The switch. Inside the stop: the other CPUs have passed the barriers of
 * multi_cpu_stop() since kpatch_redirect_prepare(). An NMI among them sees
 * the targets before or after as a whole.
 */
void kpatch_redirect_flip(void)
{
	WRITE_ONCE(kpatch_slot, !kpatch_slot);
}

/*
 * Puts what the states of the patches say in force without a stop: for a
 * module that does not run yet. Changes nothing for functions that may run.
 */
void kpatch_redirect_set_idle(void)
{
	struct kpatch_redirect *r;
	unsigned int i;

	for_each_redirect(r, i)
		WRITE_ONCE(r->target[kpatch_slot], target_of(r, false));
}

/*
 * After an attempt to switch, before the states of the patches move on: is every
 * redirect called for, is in force what should be, and do both sides point to
 * each other? Under kpatch_mutex, may sleep.
 */
bool kpatch_redirects_consistent(bool switched)
{
	struct kpatch_redirect *r;
	struct kpatch_link *l;
	bool good = true;
	unsigned int i;

	for_each_redirect(r, i) {
		good &= !kpatch_entry_check(r->batch, r->ip);
		good &= !list_empty(&r->funcs);
		good &= r->target[kpatch_slot] == target_of(r, switched);
		list_for_each_entry(l, &r->funcs, stack_node)
			good &= l->redirect == r && l->func->link == l;
		if (!good) {
			pr_err("debug: the redirect of %pS is not as it should be\n",
			       (void *)r->ip);
			break;
		}
	}
	return good;
}

/* Right after a stop: no CPU can be in the handler with a retired entry. */
void kpatch_redirect_reap(void)
{
	struct kpatch_redirect *r, *next;

	list_for_each_entry_safe(r, next, &kpatch_retired, retired) {
		list_del(&r->retired);
		kfree(r);
	}
	nr_retired = 0;
}

/*
 * Module exit, after kpatch_ops_exit(). No patch is left, so every ops is
 * unregistered, and batch_free() waited for every CPU to leave the handler.
 */
void kpatch_redirect_exit(void)
{
	kpatch_redirect_reap();
}
