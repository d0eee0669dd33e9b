/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foo.cold is a part of foo, and nobody else's. */
#include "case.h"

noinline int foo(struct item *item)
{
	if (__builtin_expect(item->ready < 0, 0)) {
		fail(item);
		item->spare[3] = 4;
		return -1;
	}
	return work(item, 1) + item->value;
}

int bar(struct item *item)
{
	return foo(item) + 1;
}
