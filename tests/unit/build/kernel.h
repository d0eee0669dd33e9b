/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What these files need of a kernel: the sections that its macros fill. */
#define noinline __attribute__((noinline))
#define notrace __attribute__((no_instrument_function))
#define __init __attribute__((section(".init.text"), cold))
#define __used __attribute__((used))
#define unlikely(x) __builtin_expect(!!(x), 0)

extern int printk(const char *text, ...);
extern int outside(int x);
extern int outside_too(int x);

/* __bug_table: where, file, line, flags */
#define WARN(flags)							\
	asm volatile("1: ud2\n"						\
		     ".pushsection __bug_table,\"aw\"\n"		\
		     "2: .long 1b - .\n .long %c0 - .\n .word %c1\n .word %c2\n"	\
		     ".popsection\n"					\
		     : : "i" (__FILE__), "i" (__LINE__), "i" (flags))

struct key { int enabled; };
static inline __attribute__((always_inline)) int branch(struct key *key)
{
	asm goto("1: .byte 0x0f,0x1f,0x44,0x00,0x00\n"
		 ".pushsection __jump_table,\"aw\"\n .balign 8\n"
		 ".long 1b - .\n .long %l[yes] - .\n .quad %c0 - .\n"
		 ".popsection\n" : : "i" (key) : : yes);
	return 0;
yes:
	return 1;
}

#define ALTERNATIVE(old, new, feature)					\
	"661: " old "\n662:\n"						\
	".pushsection .altinstructions,\"a\"\n"				\
	".long 661b - .\n .long 663f - .\n .4byte " feature "\n"	\
	".byte 662b-661b\n .byte 664f-663f\n .popsection\n"		\
	".pushsection .altinstr_replacement,\"ax\"\n"			\
	"663: " new "\n664:\n.popsection\n"
