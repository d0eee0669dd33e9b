// SPDX-License-Identifier: GPL-2.0-or-later
/* An ordinary patch, to be covered by ../covers-by-force. */
#include <linux/seq_file.h>

#include "kpatch-patch.h"

static int new_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "covered\n");
	return 0;
}

KPATCH_FUNC(vmlinux, cmdline_proc_show, new_cmdline_proc_show);
