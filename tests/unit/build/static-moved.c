/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the two is the old one cannot be known: the function is another one. */
#include "kernel.h"

#ifndef PATCHED
int counts(void) { static int n; return outside(++n); }
#else
int counts(void) { return 1; }
int counts_anew(void) { static int n; return outside(++n); }
#endif
