// SPDX-License-Identifier: GPL-2.0-or-later
/* The second twin of ../twins, in whose cold half somebody may wait. */
#include "kpatch-patch.h"

static int new_twin(int wait)
{
	return wait + 3;
}

KPATCH_FUNC_POS(kpatch_twins, twin, new_twin, 2);
