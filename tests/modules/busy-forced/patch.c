// SPDX-License-Identifier: GPL-2.0-or-later
/* As ../busy, without asking whether somebody is in the function. */
#include "kpatch-patch.h"

static int new_kthreadd(void *unused)
{
	return 0;
}

KPATCH_FUNC(vmlinux, kthreadd, new_kthreadd);
KPATCH_FORCE(new_kthreadd);
