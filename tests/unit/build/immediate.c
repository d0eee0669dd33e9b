/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An operand with an immediate behind it, in a section that several variables share. */
#include "kernel.h"

#define shared __attribute__((section(".data..shared")))
static shared int a = 1;
static shared int b = 2;
static shared int c = 3;

int reads(void)
{
	if (a == 1000)
		b = 70000;
#ifdef PATCHED
	c = 80000;
#endif
	return a + b + c;
}
int writes(int x) { a = 77777; b = x; return c; }
