/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

/* The linker puts its code before all other, and its symbol behind local ones. */
noinline __attribute__((section(".text.hot"))) int foo(struct item *item)
{
	return work(item, 1) + 2;
}

int second(struct item *item)
{
	return foo(item) + work(item, 2);
}
