/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A static variable more in front: counters move, and the old ones stay what they were. */
#include "kernel.h"

int first(int x)
{
#ifdef PATCHED
	static int calls;

	calls += x;
	outside(calls);
#endif
	return x + 1;
}
int second(void) { static int count; return outside(++count); }
int third(void)
{
	static int count = 5;

#ifdef PATCHED
	outside(3);
#endif
	return outside_too(count--);
}
