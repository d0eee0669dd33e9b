/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

struct operations { int (*open)(int); int (*close)(int); };
static int opens(int x) { return outside(x); }
static int closes(int x) { return outside_too(x); }
#ifdef PATCHED
const struct operations operations = { opens, closes };
int limit = 20;
#else
const struct operations operations = { opens, 0 };
int limit = 10;
int (*keep)(int) = closes;
#endif
int grown[
#ifdef PATCHED
	8
#else
	4
#endif
];
