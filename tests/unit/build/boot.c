/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

static int __attribute__((section(".init.data"))) wanted
#ifdef PATCHED
	= 2
#else
	= 1
#endif
	;
int __init starts(int x)
{
#ifdef PATCHED
	outside(3);
#endif
	return outside(x) + wanted;
}
