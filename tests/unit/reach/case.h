/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all cases share. work() is in work.c, where the compiler does not see it. */
struct item {
	int ready;
	int value;
	int spare[20];
};

int work(struct item *item, int what);
void fail(struct item *item) __attribute__((cold));

#define noinline __attribute__((noinline))
#define __init __attribute__((section(".init.text"), cold))
