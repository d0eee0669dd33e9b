// SPDX-License-Identifier: GPL-2.0-or-later
/* Release 1-2: /proc/version does not tell who built the kernel with what. */
#include <linux/seq_file.h>
#include <linux/utsname.h>

#include "kpatch-patch.h"

static int short_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "Linux version %s (kpatched)\n", utsname()->release);
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, short_version_proc_show);
