// SPDX-License-Identifier: GPL-2.0-or-later
/* A module of a thousand functions, to be patched whenever it comes. */
#include <linux/module.h>

/* x(...) for 1024 names */
#define EACH_4(x, n)	x(n##0) x(n##1) x(n##2) x(n##3)
#define EACH_16(x, n)	EACH_4(x, n##0) EACH_4(x, n##1) EACH_4(x, n##2) EACH_4(x, n##3)
#define EACH_64(x, n)	EACH_16(x, n##0) EACH_16(x, n##1) EACH_16(x, n##2) EACH_16(x, n##3)
#define EACH_256(x, n)	EACH_64(x, n##0) EACH_64(x, n##1) EACH_64(x, n##2) EACH_64(x, n##3)
#define EACH_1024(x)	EACH_256(x, many_0) EACH_256(x, many_1) EACH_256(x, many_2) EACH_256(x, many_3)

#define FUNCTION(name)							\
	static noinline void name(void)					\
	{								\
		asm volatile("" : : "i" (#name)); /* no two are the same */ \
	}
EACH_1024(FUNCTION)

#define CALL(name)	name();

static int __init many_init(void)
{
	EACH_1024(CALL)
	return 0;
}

static void __exit many_exit(void)
{
}

module_init(many_init);
module_exit(many_exit);
MODULE_DESCRIPTION("A thousand functions");
MODULE_LICENSE("GPL");
