/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

int reads(const int *p)
{
	int value = -1;

	asm volatile("1: movl (%1), %0\n2:\n"
		     ".pushsection __ex_table,\"a\"\n .balign 4\n"
		     ".long 1b - .\n .long 2b - .\n .long 3\n .popsection"
		     : "+r" (value) : "r" (p));
#ifdef PATCHED
	if (value == 4)
		return outside(value);
#endif
	return value;
}
