/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

extern void thunk(void);

int fast(int x)
{
	asm volatile(ALTERNATIVE("call thunk", "nop", "7") : "+a" (x));
	asm volatile(ALTERNATIVE("nop; nop; nop; nop; nop", "call thunk", "8") : "+a" (x));
#ifdef PATCHED
	x += outside(x);
#endif
	return x;
}
int keeps(int x)
{
	asm volatile(ALTERNATIVE("call thunk", "lock; incl counter", "9") : "+a" (x));
	return x;
}
int counter;
