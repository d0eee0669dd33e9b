// SPDX-License-Identifier: GPL-2.0-or-later
#include "kpatch-patch.h"

static unsigned int new_lone(unsigned int x)
{
	return 100;
}
KPATCH_FUNC(kpatch_clones, lone, new_lone);
