// SPDX-License-Identifier: GPL-2.0-or-later
#include "kpatch-patch.h"

static void new_window_sleep(void)
{
}

KPATCH_FUNC(kpatch_window, window_sleep, new_window_sleep);
