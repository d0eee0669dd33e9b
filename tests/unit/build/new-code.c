/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A function, a variable, a constant and a pointer that are new. */
#include "kernel.h"

int seen;
#ifdef PATCHED
struct operations { int (*open)(int); const char *name; };
static int opens(int x) { return outside(x) + seen; }
static const struct operations operations = { opens, "new" };
static int fresh = 3;
int helper(const struct operations *o);
#endif
int uses(int x)
{
#ifdef PATCHED
	fresh += helper(&operations);
#endif
	return x + seen;
}
