// SPDX-License-Identifier: GPL-2.0-or-later
/* Called as the core module is, and the machine panics while it is loaded. */
#include <linux/module.h>

static int __init kpatch_init(void)
{
	panic("kpatch test: the core module dies");
}

module_init(kpatch_init);
MODULE_DESCRIPTION("A core module that does not live on this machine");
MODULE_LICENSE("GPL");
