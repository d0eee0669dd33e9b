/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"
#include "header.h"

int third(struct item *item)
{
	return foo(item) - 1;
}
