/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two variables of one name change their order in one function. */
#include "kernel.h"

int f(int x)
{
	if (x) {
		static int n = 1;

		outside(n++);
	} else {
		static int n = 2;

		outside_too(n++);
	}
	return 0;
}
int reads(int x)
{
#ifdef PATCHED
	static int n = 3;

	return outside(n += x);
#else
	return x;
#endif
}
