/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

int counter;
static int table[4] = { 1, 2, 3, 4 };

noinline int same(int x) { return table[x] + counter++; }
noinline int other(int x)
{
#ifdef PATCHED
	if (x > 3)
		return -1;
#endif
	return same(x) + outside(x) + table[x];
}
