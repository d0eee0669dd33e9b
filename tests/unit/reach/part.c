/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GCC splits foo: its head goes into its callers, which call foo.part.0. */
#include "case.h"

int foo(struct item *item)
{
	if (!item->ready)
		return 0;
	for (int i = 1; i < 9; i++) {
		work(item, i);
		work(item, item->spare[i] + work(item, i * 3));
		if (item->spare[i] == item->value)
			work(item, work(item, i * 5));
		item->spare[i] += work(item, i * 7);
	}
	return item->value * 3;
}

int bar(struct item *item)
{
	work(item, 9);
	return foo(item) + 1;
}

int baz(struct item *item)
{
	work(item, 8);
	return foo(item) + 2;
}
