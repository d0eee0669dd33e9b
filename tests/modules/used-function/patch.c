// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls a function that modules cannot link against, and whose address the
 * kernel never takes: on CPUs with CET it may not be called through a pointer.
 */
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "kpatch-patch.h"

KPATCH_USE(vmlinux, idle_task);

static int new_version(struct seq_file *m, void *v)
{
	seq_printf(m, "CPU 0 idles in %s\n", KPATCH_SYM(idle_task)(0)->comm);
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, new_version);
