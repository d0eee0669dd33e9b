/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GCC hands foo what it needs of the structure: only foo.isra.0 is there. */
#include "case.h"

static noinline int foo(struct item *item, int factor)
{
	return factor > 3 ? item->value * factor : item->value - factor;
}

int bar(struct item *item)
{
	return foo(item, item->ready) + 1;
}

int baz(struct item *item)
{
	return foo(item, item->spare[0]) + 2;
}
