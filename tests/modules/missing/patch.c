// SPDX-License-Identifier: GPL-2.0-or-later
/* Replaces one function that exists and one that does not. */
#include <linux/seq_file.h>

#include "kpatch-patch.h"

static int new_version(struct seq_file *m, void *v)
{
	seq_puts(m, "must never be seen\n");
	return 0;
}

KPATCH_FUNC(vmlinux, version_proc_show, new_version);

static void new_nothing(void)
{
}

KPATCH_FUNC(vmlinux, no_such_function_anywhere, new_nothing);
