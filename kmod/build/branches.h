/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who calls or jumps to certain functions: told by the code itself, and by the
 * relocations of a module. */
#ifndef KP_BUILD_BRANCHES_H
#define KP_BUILD_BRANCHES_H

#include "image.h"

typedef struct {
	const KpSymbol *target;
	KpPlace from;
	const KpSymbol *caller;	/* NULL: code of no function */
} KpBranch;

/* All KpBranch of @image to the beginnings of @targets (KpSymbol), or into them
 * where they are cold parts. */
GArray *kp_branches_find(const KpImage *image, const GPtrArray *targets);

#endif
