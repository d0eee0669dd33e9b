/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A variable of the file, and static ones of functions that have its name. */
#include "kernel.h"

static int n = 7;
int *where = &n;
int counts(int x) { static int n = 5; return outside(n += x); }
int reads(int x)
{
#ifdef PATCHED
	static int n = 9;

	return outside(n -= x);
#endif
	return x;
}
