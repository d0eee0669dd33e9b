/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed is in the cold part alone. */
#include "kernel.h"

__attribute__((cold)) extern void dies(int x);
int checks(int x)
{
	if (unlikely(x == 3)) {
#ifdef PATCHED
		dies(4);
#else
		dies(3);
#endif
		return outside(x);
	}
	return x + 2;
}
