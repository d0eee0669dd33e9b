// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions with clones as GCC makes and names them. Whether and when it does
 * so is its own business, so the names are given here.
 */
#include <linux/delay.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

/* Left alone by the compiler. */
#define ALONE	static noinline __attribute__((__noipa__))

#define CLONE(name, symbol)						\
	ALONE unsigned int name(unsigned int x) __asm__(symbol);	\
	ALONE unsigned int name(unsigned int x)				\
	{								\
		asm volatile("" : "+r" (x));				\
		return x + 1;						\
	}

/* shared: its rest is also called by a function that got its head inlined */
CLONE(shared_part, "shared.part.0")

ALONE unsigned int shared(unsigned int x)
{
	return x ? shared_part(x) + 1 : 0;
}

ALONE unsigned int bypass(unsigned int x)
{
	return x ? shared_part(x) + 10 : 0;
}

/* own: nobody else calls its rest */
CLONE(own_part, "own.part.0")

ALONE unsigned int own(unsigned int x)
{
	return x ? own_part(x) + 1 : 0;
}

/* special: called in two forms */
CLONE(special_constprop, "special.constprop.0")

ALONE unsigned int special(unsigned int x)
{
	asm volatile("" : "+r" (x));
	return x + 2;
}

/*
 * near: a neighbour jumps to its rest, which is so near that two bytes will do.
 */
unsigned int near_part(unsigned int x) __asm__("near.part.0");
unsigned int neighbour(unsigned int x);
asm(".pushsection .text\n"
    ".skip 16, 0xcc\n"
    ".type near.part.0, @function\n"
    "near.part.0: leal 1(%rdi), %eax\n" ASM_RET
    ".size near.part.0, . - near.part.0\n"
    ".type neighbour, @function\n"
    "neighbour: addl $10, %edi\n"
    "jmp near.part.0\n"
    ".size neighbour, . - neighbour\n"
    ".skip 16, 0xcc\n"
    ".popsection\n");

ALONE unsigned int near(unsigned int x)
{
	return x ? near_part(x) + 1 : 0;
}

/*
 * lone: nobody else calls its rest, but a tiny function that ends where that
 * begins, and is called, lies where the rest's padding could be.
 */
unsigned int lone_part(unsigned int x) __asm__("lone.part.0");
unsigned int tiny(unsigned int x);
asm(".pushsection .text\n"
    ".skip 16, 0xcc\n"
    ".type tiny, @function\n"
    "tiny: leal 20(%rdi), %eax\n" ASM_RET
    ".size tiny, . - tiny\n"
    ".type lone.part.0, @function\n"
    "lone.part.0: leal 1(%rdi), %eax\n" ASM_RET
    ".size lone.part.0, . - lone.part.0\n"
    ".skip 16, 0xcc\n"
    ".popsection\n");

ALONE unsigned int lone(unsigned int x)
{
	return x ? lone_part(x) + 1 : 0;
}

/* frozen: GCC moves the call of a cold function to frozen.cold */
static bool hold;
module_param(hold, bool, 0644);
MODULE_PARM_DESC(hold, "the next read sleeps below the cold part of a function");

/* not __cold: that means nothing where cold functions lose their alignment */
static noinline __attribute__((__cold__)) void wait_for_thaw(void)
{
	while (READ_ONCE(hold))
		msleep(20);
}

ALONE unsigned int frozen(unsigned int x)
{
	asm volatile("" : "+r" (x));
	if (hold) {
		wait_for_thaw();
		x = 0;
	}
	return x;
}

static int all_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u %u %u %u %u %u %u %u %u %u\n", shared(1), bypass(1), own(1),
		   special(1), special_constprop(1), near(1), neighbour(1), frozen(1),
		   lone(1), tiny(1));
	return 0;
}

static int __init clones_init(void)
{
	return proc_create_single("kpatch_clones", 0444, NULL, all_show) ?
	       0 : -ENOMEM;
}

static void __exit clones_exit(void)
{
	remove_proc_entry("kpatch_clones", NULL);
}

module_init(clones_init);
module_exit(clones_exit);
MODULE_DESCRIPTION("Functions with clones");
MODULE_LICENSE("GPL");
