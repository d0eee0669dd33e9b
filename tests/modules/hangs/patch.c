// SPDX-License-Identifier: GPL-2.0-or-later
/* Every CPU spins with interrupts off, for ever. */
#include <linux/seq_file.h>
#include <linux/utsname.h>
#include <linux/smp.h>

#include "kpatch-patch.h"

static int bad_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "Linux version %s (bad)\n", utsname()->release);
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, bad_version_proc_show);

static void spin(void *unused)
{
	for (;;)
		cpu_relax();
}

static int pre_patch(kpatch_hook_object *obj)
{
	pr_emerg("kpatch test: %s dies\n", THIS_MODULE->name);
	on_each_cpu(spin, NULL, 1);
	return 0;
}
KPATCH_PRE_PATCH(vmlinux, pre_patch);
