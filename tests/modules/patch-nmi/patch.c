// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/delay.h>

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

extern unsigned long nmi_count, seen_inside;
KPATCH_USE(kpatch_nmi, nmi_count);
KPATCH_USE(kpatch_nmi, seen_inside);

/* Shows that NMIs do come inside the stop. */
static void post_patch(kpatch_hook_object *obj)
{
	unsigned long before = READ_ONCE(KPATCH_SYM(nmi_count));

	mdelay(5);
	KPATCH_SYM(seen_inside) += READ_ONCE(KPATCH_SYM(nmi_count)) - before;
}
KPATCH_POST_PATCH(kpatch_nmi, post_patch);
