/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FLAGS: -fno-inline */
/* A clone of which one copy changes, with numbers that move. */
#include "kernel.h"

static int scaled(int x, int by, int *out)
{
	*out = outside(x) * by + outside_too(by);
	return *out > 9;
}
int one(int x)
{
	int y;

#ifdef PATCHED
	if (x < 0)
		return -1;
#endif
	return scaled(x, 3, &y) + y;
}
int two(int x) { int y; return scaled(x + 1, 3, &y) - y; }
