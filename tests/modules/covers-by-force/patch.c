// SPDX-License-Identifier: GPL-2.0-or-later
/* As ../covered, by force: nobody looks for tasks in what was there before. */
#include <linux/seq_file.h>

#include "kpatch-patch.h"

static int new_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "covers-by-force\n");
	return 0;
}

KPATCH_FUNC(vmlinux, cmdline_proc_show, new_cmdline_proc_show);
KPATCH_FORCE(new_cmdline_proc_show);
