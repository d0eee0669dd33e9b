// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls a function of the module that it patches, static there, and only called. */
#include "kpatch-patch.h"

extern const char *target_spare(int n);
KPATCH_USE(kpatch_target, target_spare);

static const char *new_message(void)
{
	return KPATCH_SYM(target_spare)(2);
}

KPATCH_FUNC(kpatch_target, target_message, new_message);
