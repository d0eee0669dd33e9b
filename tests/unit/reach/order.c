/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Positions go by address in vmlinux, where the second foo is the first one, and by
 * the symbol table in modules. */
/* WITH: order-two.c */
#include "case.h"

static noinline int foo(struct item *item)
{
	return work(item, 1) + 1;
}

int first(struct item *item)
{
	return foo(item) + work(item, 2);
}
