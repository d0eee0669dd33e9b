/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pointer to a replaced function: the kernel's own, where the kernel has such ones. */
#include "kernel.h"

int handles(int x)
{
#ifdef PATCHED
	x++;
#endif
	return outside(x);
}
int (*handler)(int) = handles;
extern void set(int (*f)(int));
void sets(int x)
{
#ifdef PATCHED
	outside(x);
#endif
	set(handles);
	handles(x + 4);
}
