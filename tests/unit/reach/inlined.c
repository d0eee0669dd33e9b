/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foo has code of its own, and copies: in bar, in baz by way of middle, and in
 * code that is over when the kernel is up. gone has no code of its own. */
#include "case.h"

static inline __attribute__((always_inline)) int foo(struct item *item)
{
	return work(item, item->value) * 5;
}

static inline __attribute__((always_inline)) int gone(struct item *item)
{
	return work(item, item->value) - 5;
}

static inline __attribute__((always_inline)) int middle(struct item *item)
{
	return foo(item) + gone(item);
}

int (*const pointer)(struct item *item) = foo;

int bar(struct item *item)
{
	int sum = 0;

	for (int i = 0; i < 3; i++) {
		int part = work(item, i);

		sum += foo(item) + part;
	}
	return sum;
}

int baz(struct item *item)
{
	return middle(item) + foo(item);
}

int __init starts(struct item *item)
{
	return foo(item) + 3;
}

int other(struct item *item)
{
	return work(item, 2);
}
