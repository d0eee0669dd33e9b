/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

int real(int x)
{
#ifdef PATCHED
	x++;
#endif
	return outside(x);
}
int other_name(int x) __attribute__((alias("real")));
__attribute__((weak)) int weak_one(int x)
{
#ifdef PATCHED
	x--;
#endif
	return outside(x);
}
int calls(int x) { return other_name(x) + weak_one(x) + 1; }
