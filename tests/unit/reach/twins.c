/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two functions called foo: the one here and that of twins-two.c. */
/* WITH: twins-two.c */
#include "case.h"

static int foo(struct item *item)
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

int (*const first_pointer)(struct item *item) = foo;

int first(struct item *item)
{
	return foo(item) + 1;
}
