// SPDX-License-Identifier: GPL-2.0-or-later
#include "kpatch-patch.h"

static void new_many(void)
{
}

/* x(...) for 1024 names */
#define EACH_4(x, n)	x(n##0) x(n##1) x(n##2) x(n##3)
#define EACH_16(x, n)	EACH_4(x, n##0) EACH_4(x, n##1) EACH_4(x, n##2) EACH_4(x, n##3)
#define EACH_64(x, n)	EACH_16(x, n##0) EACH_16(x, n##1) EACH_16(x, n##2) EACH_16(x, n##3)
#define EACH_256(x, n)	EACH_64(x, n##0) EACH_64(x, n##1) EACH_64(x, n##2) EACH_64(x, n##3)
#define EACH_1024(x)	EACH_256(x, many_0) EACH_256(x, many_1) EACH_256(x, many_2) EACH_256(x, many_3)

#define PATCH(name)	KPATCH_FUNC(kpatch_many, name, new_many);
EACH_1024(PATCH)
