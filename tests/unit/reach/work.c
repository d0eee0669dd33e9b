/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

int work(struct item *item, int what)
{
	return item->spare[what];
}

void fail(struct item *item)
{
	item->value = 0;
}
