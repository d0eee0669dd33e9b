/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same bytes, but another string. */
#include "kernel.h"

#ifdef PATCHED
#define TEXT "new\n"
#else
#define TEXT "old\n"
#endif
int says(void) { return printk(TEXT); }
int keeps(void) { return printk("old\n"); }
