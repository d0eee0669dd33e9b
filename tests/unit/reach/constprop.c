/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GCC makes an edition of foo for a constant, and leaves foo to others. */
/* FLAGS: -fipa-cp-clone --param=ipa-cp-eval-threshold=1 */
#include "case.h"

noinline int foo(struct item *item, int mode)
{
	int sum = 0;

	for (int i = 0; i < 20; i++) {
		if (mode == 7)
			sum += work(item, i) * 3;
		else if (mode == 8)
			sum -= work(item, i) / 7;
		else
			sum ^= work(item, mode) + item->spare[i] * mode;
	}
	return sum;
}

int bar(struct item *item)
{
	return foo(item, 7) + 1;
}

int baz(struct item *item)
{
	return foo(item, 7) + 2;
}

int qux(struct item *item, int mode)
{
	return foo(item, mode);
}
