/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

notrace noinline static int hidden(int x)
{
#ifdef PATCHED
	outside_too(x);
#endif
	return outside(x);
}
int calls(int x) { return hidden(x) + 1; }
int __attribute__((section(".noinstr.text"))) notrace noinline enters(int x)
{
#ifdef PATCHED
	outside_too(x);
#endif
	return x + outside(x);
}
