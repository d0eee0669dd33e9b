/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where both are replaced, foo is inlined into clones of bar that nobody else calls, and
 * into itself. */
/* FLAGS: -O3 -fipa-cp-clone --param=ipa-cp-eval-threshold=1 */
#include "case.h"

int foo(struct item *item, int depth)
{
	if (depth <= 0)
		return 0;
	foo(item, depth - 1);
	return work(item, depth);
}

noinline int bar(struct item *item, int mode)
{
	int sum = 0;

	for (int i = 0; i < 20; i++) {
		if (mode == 7)
			sum += foo(item, i) * 3;
		else
			sum ^= work(item, mode) + item->spare[i] * mode;
	}
	return sum;
}

int baz(struct item *item)
{
	return bar(item, 7) + 1;
}

int qux(struct item *item, int mode)
{
	return bar(item, mode);
}
