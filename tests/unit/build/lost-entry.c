/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The code stays, and what is said of it goes: the object has no __ex_table any more. */
#include "kernel.h"

#ifdef PATCHED
#define ENTRY ""
#else
#define ENTRY ".pushsection __ex_table,\"a\"\n .balign 4\n .long 1b - .\n .long 2b - .\n .long 3\n .popsection"
#endif
int reads(const int *p)
{
	int value = -1;

	asm volatile("1: movl (%1), %0\n2:\n" ENTRY : "+r" (value) : "r" (p));
	return value;
}
