// SPDX-License-Identifier: GPL-2.0-or-later
/* Dozens of static functions of a kernel have this name. */
#include "kpatch-patch.h"

static long new_name_show(void)
{
	return 0;
}

KPATCH_FUNC(vmlinux, name_show, new_name_show);
