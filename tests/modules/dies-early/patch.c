// SPDX-License-Identifier: GPL-2.0-or-later
/* Good, but for one thing: loaded in an initramfs, the machine panics. */
#include <linux/namei.h>
#include <linux/seq_file.h>
#include <linux/utsname.h>

#include "kpatch-patch.h"

static int early_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "Linux version %s (late)\n", utsname()->release);
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, early_version_proc_show);

static int pre_patch(kpatch_hook_object *obj)
{
	struct path path;

	if (kern_path("/etc/initrd-release", LOOKUP_FOLLOW, &path))
		return 0;
	path_put(&path);
	panic("kpatch test: %s dies", THIS_MODULE->name);
}
KPATCH_PRE_PATCH(vmlinux, pre_patch);
