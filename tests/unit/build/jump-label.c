/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same code with another key; and one that is new. */
#include "kernel.h"

struct key key_one, key_two;
extern struct key key_of_the_kernel;

int switched(int x)
{
#ifdef PATCHED
	if (branch(&key_two))
#else
	if (branch(&key_one))
#endif
		return outside(x);
	return 1;
}
int switched_too(int x)
{
	if (branch(&key_one))
		return outside_too(x);
	return 2;
}
int switched_anew(int x)
{
#ifdef PATCHED
	if (branch(&key_of_the_kernel))
		return outside(x + 1);
#endif
	return 3;
}
