/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flag of a WARN alone: it is in __bug_table, not in the code. */
#include "kernel.h"

#ifdef PATCHED
#define FLAGS 3
#else
#define FLAGS 1
#endif
int warns(int x)
{
	if (x < 0)
		WARN(FLAGS);
	return outside(x);
}
int warns_too(int x)
{
	if (x < 0)
		WARN(1);
	return outside_too(x);
}
