// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/module.h>

#include "twins.h"

static noinline int twin(int wait)
{
	if (wait) {
		linger();
		wait += 10;
	}
	return wait + 1;
}

int one(int wait)
{
	return twin(wait);
}
