// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine panics ten seconds after this was loaded. */
#include <linux/seq_file.h>
#include <linux/utsname.h>
#include <linux/workqueue.h>

#include "kpatch-patch.h"

static int bad_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "Linux version %s (bad)\n", utsname()->release);
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, bad_version_proc_show);

static void die(struct work_struct *work)
{
	panic("kpatch test: %s dies", THIS_MODULE->name);
}
static DECLARE_DELAYED_WORK(death, die);

static int pre_patch(kpatch_hook_object *obj)
{
	schedule_delayed_work(&death, 10 * HZ);
	return 0;
}
KPATCH_PRE_PATCH(vmlinux, pre_patch);
