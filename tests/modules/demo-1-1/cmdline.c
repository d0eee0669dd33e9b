// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Release 1-1: /proc/cmdline is readable by everyone, so the value of a
 * secret= that an installer or boot loader left there is masked.
 */
#include <linux/init.h>
#include <linux/seq_file.h>

#include "kpatch-patch.h"
#include "mask.h"

KPATCH_USE(vmlinux, saved_command_line);

static const char * const secrets[] = { "secret=", NULL };

static int masked_cmdline_proc_show(struct seq_file *m, void *v)
{
	show_masked(m, KPATCH_SYM(saved_command_line), secrets);
	return 0;
}

KPATCH_FUNC(vmlinux, cmdline_proc_show, masked_cmdline_proc_show);
