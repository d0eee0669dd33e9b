// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine panics while this is loaded. */
#include <linux/seq_file.h>
#include <linux/utsname.h>

#include "kpatch-patch.h"

static int bad_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "Linux version %s (bad)\n", utsname()->release);
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, bad_version_proc_show);

static int pre_patch(kpatch_hook_object *obj)
{
	panic("kpatch test: %s dies", THIS_MODULE->name);
}
KPATCH_PRE_PATCH(vmlinux, pre_patch);
