/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that share a section, as __sched ones do. */
#include "kernel.h"

#define shared __attribute__((section(".sched.text")))
int shared one(int x) { return outside(x); }
int shared two(int x)
{
#ifdef PATCHED
	x++;
#endif
	return outside_too(x) + one(x);
}
int shared three(int x) { return two(x) + 1; }
