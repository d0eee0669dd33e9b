// SPDX-License-Identifier: GPL-2.0-or-later
/* Uses a symbol of vmlinux of which there are several. */
#include <linux/seq_file.h>

#include "kpatch-patch.h"

extern char name_show[];
KPATCH_USE(vmlinux, name_show);

static int new_version(struct seq_file *m, void *v)
{
	seq_printf(m, "one of several: %p\n", KPATCH_ADDR(name_show));
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, new_version);
