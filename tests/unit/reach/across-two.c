/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

int foo(struct item *item)
{
	return work(item, 3) * 7;
}
