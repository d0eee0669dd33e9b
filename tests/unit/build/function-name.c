/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

int talks(int x)
{
#ifdef PATCHED
	if (x == 7)
		printk("%s: seven\n", __func__);
#endif
	return printk("%s: %d\n", __func__, x);
}
int talks_too(int x) { return printk("%s: %d\n", __func__, x); }
