/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat.h - every difference between kernel versions that kpatch.ko knows
 *
 * No other file tests LINUX_VERSION_CODE.
 */
#ifndef _KPATCH_COMPAT_H
#define _KPATCH_COMPAT_H

#include <linux/ftrace.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/version.h>

#if !defined(CONFIG_X86_64)
#error "kpatch.ko is for x86-64"
#endif
#if !defined(CONFIG_SMP)
#error "kpatch.ko needs a kernel with CONFIG_SMP"
#endif
#if !defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && !defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#error "kpatch.ko needs a kernel with CONFIG_DYNAMIC_FTRACE_WITH_REGS or _WITH_ARGS"
#endif
#if !defined(CONFIG_HAVE_RELIABLE_STACKTRACE) || !defined(CONFIG_STACKTRACE)
#error "kpatch.ko needs a kernel with reliable stack traces (CONFIG_UNWINDER_ORC)"
#endif
#if !defined(CONFIG_KALLSYMS_ALL) || !defined(CONFIG_KPROBES)
#error "kpatch.ko needs a kernel with CONFIG_KALLSYMS_ALL and CONFIG_KPROBES"
#endif

/*
 * 5.11 hands ftrace handlers a struct ftrace_regs. From then on a handler
 * without FTRACE_OPS_FL_RECURSION is called without recursion protection;
 * before, FTRACE_OPS_FL_RECURSION_SAFE said the same.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
typedef struct ftrace_regs kpatch_ftrace_regs;
#define KPATCH_FTRACE_NO_RECURSION_CHECK 0
#else
typedef struct pt_regs kpatch_ftrace_regs;
#define KPATCH_FTRACE_NO_RECURSION_CHECK FTRACE_OPS_FL_RECURSION_SAFE
#endif

/* With _WITH_ARGS the light ftrace trampoline can change the ip as well. */
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#define KPATCH_FTRACE_SAVE_REGS 0
#else
#define KPATCH_FTRACE_SAVE_REGS FTRACE_OPS_FL_SAVE_REGS
#endif

/* The name of "continue at @ip when the ftrace trampoline returns". */
static __always_inline void kpatch_ftrace_set_ip(kpatch_ftrace_regs *regs,
						 unsigned long ip)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	ftrace_regs_set_instruction_pointer(regs, ip);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
	ftrace_instruction_pointer_set(regs, ip);
#else
	regs->ip = ip;
#endif
}

/*
 * Several addresses in one pass over the code came with 5.18. On failure some
 * of them may have been added: ops is not registered and gets freed.
 */
static inline int kpatch_ftrace_filter_add(struct ftrace_ops *ops,
					   unsigned long *ips, unsigned int n)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
	return ftrace_set_filter_ips(ops, ips, n, 0, 0);
#else
	unsigned int i;
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = ftrace_set_filter_ip(ops, ips[i], 0, 0);
	return ret;
#endif
}

/* The arguments of a probe on sched_switch; the last one came with 5.18. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
#define KPATCH_SCHED_SWITCH_ARGS					\
	void *data, bool preempt, struct task_struct *prev,		\
	struct task_struct *next, unsigned int prev_state
#else
#define KPATCH_SCHED_SWITCH_ARGS					\
	void *data, bool preempt, struct task_struct *prev,		\
	struct task_struct *next
#endif

/*
 * kallsyms_on_each_symbol() also goes through the list of modules before 5.12,
 * and wants its caller to hold module_mutex.
 */
#define KPATCH_SEARCH_WALKS_MODULES \
	(LINUX_VERSION_CODE < KERNEL_VERSION(5, 12, 0))

/* kobject_init_and_add() takes a const type from 6.2 on. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define KPATCH_KTYPE(type) (type)
#else
#define KPATCH_KTYPE(type) ((struct kobj_type *)(type))
#endif

/* Handlers of files in /sys/module/<name> get a const attribute from 6.14 on. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define KPATCH_MODULE_ATTR const struct module_attribute
#else
#define KPATCH_MODULE_ATTR struct module_attribute
#endif

#endif /* _KPATCH_COMPAT_H */
