/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat.h - every difference between kernels that kpatch.ko knows
 *
 * No other file tests LINUX_VERSION_CODE, and this one only where nothing else
 * tells: distributions' kernels have interfaces of newer ones than their number
 * says. What a kernel has is asked of its own declarations, and where that fails
 * the compiler says so.
 */
#ifndef _KPATCH_COMPAT_H
#define _KPATCH_COMPAT_H

#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/version.h>

/*
 * Before 5.10 the loader does not heed what a notifier answers to
 * MODULE_STATE_COMING, so that a module which cannot be patched would run
 * unpatched. RHEL 8's 4.18 is one of them.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "kpatch.ko needs Linux 5.10 or newer: older kernels load a module although it \
could not be patched. Use the kernel's own livepatch there (BACKEND=livepatch)"
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

/* @yes or @no, of any type, as a type says that a declaration of the kernel is. */
#define KPATCH_CHOOSE(what, type, yes, no)				\
	__builtin_choose_expr(__builtin_types_compatible_p(typeof(what), type), \
			      yes, no)

/* What ftrace hands to handlers: since 5.11 a struct ftrace_regs. */
struct ftrace_regs;
typedef void (*kpatch_handler_of_fregs)(unsigned long ip, unsigned long parent_ip,
					struct ftrace_ops *ops,
					struct ftrace_regs *regs);
typedef typeof(*KPATCH_CHOOSE(ftrace_func_t, kpatch_handler_of_fregs,
			      (struct ftrace_regs *)NULL,
			      (struct pt_regs *)NULL)) kpatch_ftrace_regs;

/*
 * From then on a handler without FTRACE_OPS_FL_RECURSION is called without
 * recursion protection; before, a flag of another name said the same.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
#define KPATCH_FTRACE_NO_RECURSION_CHECK 0
#else
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
#if defined(ftrace_regs_set_instruction_pointer)	/* since 6.2 */
	ftrace_regs_set_instruction_pointer(regs, ip);
#elif defined(ftrace_instruction_pointer_set)		/* since 5.11 */
	ftrace_instruction_pointer_set(regs, ip);
#else
	regs->ip = ip;
#endif
}

/*
 * Several addresses in one pass over the code came with 5.18. On failure some
 * of them may have been added: ops is not registered and gets freed.
 */
int __weak ftrace_set_filter_ips(struct ftrace_ops *ops, unsigned long *ips,
				 unsigned int cnt, int remove, int reset);

static inline int kpatch_ftrace_filter_add(struct ftrace_ops *ops,
					   unsigned long *ips, unsigned int n)
{
	unsigned int i;
	int ret = 0;

	if (ftrace_set_filter_ips)
		return ftrace_set_filter_ips(ops, ips, n, 0, 0);
	for (i = 0; i < n && !ret; i++)
		ret = ftrace_set_filter_ip(ops, ips[i], 0, 0);
	return ret;
}

/*
 * A probe on sched_switch, in a file that has both: since 5.18 it is also
 * handed the state of the task that leaves.
 */
typedef void kpatch_check_with_state(void (*cb)(void *data, bool preempt,
						struct task_struct *prev,
						struct task_struct *next,
						unsigned int prev_state));
#define KPATCH_SCHED_SWITCH_PROBE(with_state, without)			\
	KPATCH_CHOOSE(check_trace_callback_type_sched_switch,		\
		      kpatch_check_with_state, with_state, without)

/*
 * kallsyms_on_each_symbol() also goes through the list of modules before 5.12,
 * and wants its caller to hold module_mutex, which modules can see until then.
 */
extern struct mutex module_mutex __weak;

/*
 * The callback of kallsyms_on_each_symbol() lost its module with 6.4, and in
 * distributions' kernels with lower numbers: their header tells.
 */
typedef int kpatch_each_with_module(int (*fn)(void *data, const char *name,
					      struct module *mod,
					      unsigned long addr), void *data);
#define KPATCH_EACH_CALLBACK(with_module, without)			\
	KPATCH_CHOOSE(kallsyms_on_each_symbol, kpatch_each_with_module,	\
		      with_module, without)

/* The text of a module that stays after its init. Layouts changed with 6.4. */
static inline void kpatch_module_text(const struct module *mod,
				      unsigned long *start, unsigned long *size)
{
#ifdef for_each_mod_mem_type
	*start = (unsigned long)mod->mem[MOD_TEXT].base;
	*size = mod->mem[MOD_TEXT].size;
#else
	*start = (unsigned long)mod->core_layout.base;
	*size = mod->core_layout.text_size;
#endif
}

/*
 * The loader is about to free @mod, but somebody is in its text and may stay
 * there for ever: its memory is not freed, for the loader frees nothing that
 * has no address. Sizes stay: by them it takes the module off its own tables.
 * What its per-CPU variables lie in is not given back either.
 */
static inline void kpatch_module_leak(struct module *mod)
{
#ifdef for_each_mod_mem_type
	int type;

	for (type = 0; type < MOD_MEM_NUM_TYPES; type++)
		mod->mem[type].base = NULL;
#else
	mod->core_layout.base = NULL;
#endif
#ifdef CONFIG_SMP
	mod->percpu = NULL;
#endif
}

/* The state of a task was renamed with 5.14, for who uses this macro instead. */
#ifdef task_is_running
#define KPATCH_TASK_STATE(task) READ_ONCE((task)->__state)
#else
#define KPATCH_TASK_STATE(task) READ_ONCE((task)->state)
#endif

/* kobject_init_and_add() takes a const type from 6.2 on, and changes none before. */
#define KPATCH_KTYPE(type) ((struct kobj_type *)(type))

/* Handlers of files in /sys/module/<name> get a const attribute from 6.14 on. */
typedef ssize_t (*kpatch_module_show)(struct module_attribute *attr,
				      struct module_kobject *mk, char *buf);
typedef typeof(*KPATCH_CHOOSE(((struct module_attribute *)NULL)->show,
			      kpatch_module_show,
			      (struct module_attribute *)NULL,
			      (const struct module_attribute *)NULL))
	kpatch_module_attribute;

#endif /* _KPATCH_COMPAT_H */
