// SPDX-License-Identifier: GPL-2.0-or-later
#include "kpatch-patch.h"

static int new_first(void)
{
	return 1;
}

static int new_second(void)
{
	return 1;
}

KPATCH_FUNC(kpatch_nmi, nmi_first, new_first);
KPATCH_FUNC(kpatch_nmi, nmi_second, new_second);
