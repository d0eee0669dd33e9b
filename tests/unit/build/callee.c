/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same bytes, but another function is called. */
#include "kernel.h"

noinline static int one(int x) { return outside(x) + 1; }
noinline static int two(int x) { return outside_too(x) + 2; }
int calls(int x)
{
#ifdef PATCHED
	return two(x) * 3;
#else
	return one(x) * 3;
#endif
}
int keeps(int x) { return one(x) + two(x); }
