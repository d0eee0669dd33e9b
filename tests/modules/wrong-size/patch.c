// SPDX-License-Identifier: GPL-2.0-or-later
/* Made for a kernel in which the function is one byte long. */
#include <linux/seq_file.h>

#include "kpatch-patch.h"

static int new_version(struct seq_file *m, void *v)
{
	seq_puts(m, "must never be seen\n");
	return 0;
}

_KPATCH_RECORD(kpatch_patch_func, ".kpatch.funcs", func) = {
	.new_addr = (unsigned long)new_version,
	.old_size = 1,
	.name = "version_proc_show",
	.objname = "vmlinux",
};
