/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

static int foo(struct item *item)
{
	if (!item->value)
		return 0;
	for (int i = 1; i < 9; i++) {
		work(item, i * 2);
		work(item, item->spare[i] - work(item, i * 3));
		if (item->spare[i] == item->ready)
			work(item, work(item, i * 9));
		item->spare[i] -= work(item, i * 7);
	}
	return item->value * 4;
}

int (*const second_pointer)(struct item *item) = foo;

int second(struct item *item)
{
	return foo(item) + 1;
}
