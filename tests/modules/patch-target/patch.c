// SPDX-License-Identifier: GPL-2.0-or-later
/* Patches a module that may not be loaded yet, and vmlinux beside it. */
#include <linux/seq_file.h>

#include "kpatch-patch.h"

static const char *new_message(void)
{
	return "patched";
}

KPATCH_FUNC(kpatch_target, target_message, new_message);

static int new_version(struct seq_file *m, void *v)
{
	seq_puts(m, "patched together with kpatch_target\n");
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, new_version);
