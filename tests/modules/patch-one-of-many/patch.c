// SPDX-License-Identifier: GPL-2.0-or-later
#include "kpatch-patch.h"

static void new_one(void)
{
}

KPATCH_FUNC(kpatch_many, many_00000, new_one);
