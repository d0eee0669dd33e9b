// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/sched.h>
#include "kpatch-patch.h"

static void new_gate(void)
{
	schedule_timeout_interruptible(1);
}
KPATCH_FUNC(kpatch_crowd, crowd_gate, new_gate);
