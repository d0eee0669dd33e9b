// SPDX-License-Identifier: GPL-2.0-or-later
/* Every CPU is in multi_cpu_stop() during the stop in which patches go live. */
#include "kpatch-patch.h"

static int new_multi_cpu_stop(void *data)
{
	return 0;
}

KPATCH_FUNC(vmlinux, multi_cpu_stop, new_multi_cpu_stop);
