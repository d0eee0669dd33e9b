// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the compiler and the kernel's macros put into tables beside the code
 * works in a replacement: bug table, per-CPU data, exception table, static
 * keys, alternatives.
 */
#include <linux/cpufeature.h>
#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "kpatch-patch.h"

static DEFINE_PER_CPU(unsigned long, calls);
static DEFINE_STATIC_KEY_FALSE(key);

static int read_fault(void)
{
	int value = 0;

	/* a user address that is never mapped */
	return get_user(value, (int __user *)8) ?: value;
}

static int new_version(struct seq_file *m, void *v)
{
	WARN(1, "a warning from a replacement\n");
	this_cpu_inc(calls);
	seq_printf(m, "percpu=%lu fault=%d key=%s ", this_cpu_read(calls),
		   read_fault(), static_branch_unlikely(&key) ? "on" : "off");
	static_branch_enable(&key);
	seq_printf(m, "key=%s xsave=%d\n",
		   static_branch_unlikely(&key) ? "on" : "off",
		   cpu_feature_enabled(X86_FEATURE_XSAVE));
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, new_version);
