// SPDX-License-Identifier: GPL-2.0-or-later
/* As ../ambiguous, saying which of the functions of that name is meant. */
#include "kpatch-patch.h"

static long new_name_show(void)
{
	return 0;
}

KPATCH_FUNC_POS(vmlinux, name_show, new_name_show, 2);
