// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redirect.c - the ftrace handler and its table
 *
 * One ftrace_ops serves all patched functions, so that loading a patch of a
 * thousand functions changes the kernel's text in one pass.
 */
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "compat.h"
#include "core.h"

#define KPATCH_HASH_BITS 10

static struct hlist_head kpatch_table[1 << KPATCH_HASH_BITS];
static unsigned int kpatch_redirects;	/* entries, under kpatch_mutex */
static LIST_HEAD(kpatch_retired);	/* under kpatch_mutex */
static unsigned int kpatch_slot;	/* 0 or 1; changes in the stop only */

static struct hlist_head *bucket(unsigned long ip)
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

static struct ftrace_ops kpatch_ops __read_mostly = {
	.func = kpatch_handler,
	.flags = KPATCH_FTRACE_SAVE_REGS | KPATCH_FTRACE_NO_RECURSION_CHECK |
		 FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

static struct kpatch_redirect *redirect_find(unsigned long ip)
{
	struct kpatch_redirect *r;

	hlist_for_each_entry(r, bucket(ip), node)
		if (r->ip == ip)
			return r;
	return NULL;
}

static struct kpatch_redirect *redirect_new(unsigned long ip)
{
	struct kpatch_redirect *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return NULL;
	r->ip = ip;
	INIT_LIST_HEAD(&r->funcs);
	hlist_add_head_rcu(&r->node, bucket(ip));
	kpatch_redirects++;
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
	struct kpatch_func *func;

	list_for_each_entry_reverse(func, &r->funcs, stack_node)
		if (after ? kpatch_live_after(func->patch) :
			    kpatch_live_before(func->patch))
			return func;
	return NULL;
}

/*
 * Back to no filter. Only while the ops is not registered, for then an empty
 * filter means "every function". (ftrace_free_filter() would leave pointers to
 * what it frees: it is for an ops that is not used again.)
 */
static void filter_clear(void)
{
	ftrace_set_filter(&kpatch_ops, NULL, 0, 1);
}

static int filter_add(unsigned long *ips, unsigned int n, unsigned int others)
{
	int ret = kpatch_ftrace_filter_add(&kpatch_ops, ips, n);

	if (ret || others)
		return ret;
	ret = register_ftrace_function(&kpatch_ops);
	if (ret)
		filter_clear();
	return ret;
}

/* Gone from the table at once, freed after the next stop. */
static void redirect_retire(struct kpatch_redirect *r)
{
	int ret;

	if (!--kpatch_redirects) {
		unregister_ftrace_function(&kpatch_ops);
		filter_clear();
	} else {
		ret = ftrace_set_filter_ip(&kpatch_ops, r->ip, 1, 0);
		if (ret)
			pr_warn("ftrace keeps calling for %pS: error %d\n",
				(void *)r->ip, ret);
	}
	hlist_del_rcu(&r->node);
	list_add(&r->retired, &kpatch_retired);
}

/* As redirect_retire(), for entries that ftrace was never told of. */
static void redirect_drop(struct kpatch_redirect *r)
{
	kpatch_redirects--;
	hlist_del_rcu(&r->node);
	list_add(&r->retired, &kpatch_retired);
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

static int attach_func(struct kpatch_func *func, unsigned long *ips,
		       unsigned int *n)
{
	unsigned long ip = kpatch_kernel.ftrace_location(func->old_addr);
	struct kpatch_redirect *r;

	if (!ip) {
		pr_err("%s:%s cannot be traced, so it cannot be patched\n",
		       func->object->name, func->name);
		return -EOPNOTSUPP;
	}
	r = redirect_find(ip);
	if (!r) {
		r = redirect_new(ip);
		if (!r)
			return -ENOMEM;
		ips[(*n)++] = ip;
	}
	func->redirect = r;
	list_add_tail(&func->stack_node, &r->funcs);
	return 0;
}

static void detach_func(struct kpatch_func *func,
			void (*release)(struct kpatch_redirect *))
{
	struct kpatch_redirect *r = func->redirect;

	if (!r)
		return;
	list_del(&func->stack_node);
	func->redirect = NULL;
	if (list_empty(&r->funcs))
		release(r);
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
	unsigned int others = kpatch_redirects, n = 0, count = 0;
	struct kpatch_func *func;
	unsigned long *ips;
	int ret = 0;

	kpatch_for_each_func(obj, func)
		count++;
	if (!count)
		return 0;
	ips = kcalloc(count, sizeof(*ips), GFP_KERNEL);
	if (!ips)
		return -ENOMEM;
	kpatch_for_each_func(obj, func) {
		ret = attach_func(func, ips, &n);
		if (ret)
			goto undo;
	}
	if (n)
		ret = filter_error(obj, filter_add(ips, n, others));
undo:
	if (ret)
		kpatch_for_each_func(obj, func)
			detach_func(func, redirect_drop);
	kfree(ips);
	return ret;
}

/* The reverse. The functions are not in force any more. May sleep. */
void kpatch_redirect_detach(struct kpatch_object *obj)
{
	struct kpatch_func *func;

	kpatch_for_each_func(obj, func)
		detach_func(func, redirect_retire);
}

static void for_each_redirect(void (*fn)(struct kpatch_redirect *r))
{
	struct kpatch_redirect *r;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kpatch_table); i++)
		hlist_for_each_entry(r, &kpatch_table[i], node)
			fn(r);
}

static void prepare_one(struct kpatch_redirect *r)
{
	struct kpatch_func *func = kpatch_redirect_top(r, true);

	WRITE_ONCE(r->target[!kpatch_slot], func ? func->new_addr : 0);
}

static void set_one(struct kpatch_redirect *r)
{
	struct kpatch_func *func = kpatch_redirect_top(r, false);

	WRITE_ONCE(r->target[kpatch_slot], func ? func->new_addr : 0);
}

/*
 * Fills the targets that are not in force with those after the switch. What
 * was there does not matter: it is left over from the switch before, or from
 * one that was given up.
 */
void kpatch_redirect_prepare(void)
{
	for_each_redirect(prepare_one);
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
	for_each_redirect(set_one);
}

/* Right after a stop: no CPU can be in the handler with a retired entry. */
void kpatch_redirect_reap(void)
{
	struct kpatch_redirect *r, *next;

	list_for_each_entry_safe(r, next, &kpatch_retired, retired) {
		list_del(&r->retired);
		kfree(r);
	}
}

/*
 * Module exit. No patch is left, so the ops is unregistered, and that waited
 * for every CPU to leave the handler.
 */
void kpatch_redirect_exit(void)
{
	kpatch_redirect_reap();
}
