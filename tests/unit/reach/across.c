/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With link-time optimisation foo comes from another file. */
/* WITH: across-two.c */
#include "case.h"

int foo(struct item *item);

noinline int bar(struct item *item)
{
	return foo(item) + 1;
}

int (*const pointer)(struct item *item) = bar;

int _start(struct item *item)
{
	return pointer(item);
}
