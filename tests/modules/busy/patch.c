// SPDX-License-Identifier: GPL-2.0-or-later
/* kthreadd() never returns: it is on the stack of task 2 as long as we run. */
#include "kpatch-patch.h"

static int new_kthreadd(void *unused)
{
	return 0;
}

KPATCH_FUNC(vmlinux, kthreadd, new_kthreadd);
