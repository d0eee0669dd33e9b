/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unexported.h - functions of the kernel that it does not export to modules
 *
 * Each is a static call, which symbols.c points to the function when kpatch.ko
 * is loaded, so that calls are direct ones: lookup.h says why that must be.
 * Written kpatch_kernel(function)(arguments), with the type that the kernel's
 * own header declares.
 */
#ifndef _KPATCH_UNEXPORTED_H
#define _KPATCH_UNEXPORTED_H

#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/static_call.h>
#include <linux/task_work.h>

#include "arch/arch.h"

/* Not declared, or not the same, in the headers of every kernel. */
int kallsyms_on_each_match_symbol(int (*fn)(void *data, unsigned long addr),
				  const char *name, void *data);
struct callback_head *task_work_cancel_func(struct task_struct *task,
					    task_work_func_t func);
struct module *__module_address(unsigned long addr);

#define KPATCH_UNEXPORTED(X)						\
	KPATCH_ARCH_UNEXPORTED(X)					\
	X(__module_address)						\
	X(find_module)							\
	X(ftrace_free_filter)						\
	X(ftrace_location)						\
	X(idle_task)							\
	X(kallsyms_lookup_size_offset)					\
	X(kallsyms_on_each_match_symbol)				\
	X(kallsyms_on_each_symbol)					\
	X(stack_trace_save_tsk_reliable)				\
	X(task_work_add)						\
	X(task_work_cancel_func)

#define KPATCH_DECLARE_UNEXPORTED(fn)	DECLARE_STATIC_CALL(kpatch_##fn, fn);
KPATCH_UNEXPORTED(KPATCH_DECLARE_UNEXPORTED)

#define kpatch_kernel(fn)	static_call(kpatch_##fn)

#endif /* _KPATCH_UNEXPORTED_H */
