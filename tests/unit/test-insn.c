/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lengths of x86-64 instructions, one of each form. */
#include <string.h>

#include "kmod/build/insn.h"

static const struct {
	const char *bytes;
	const char *what;
} forms[] = {
	{ "90", "nop" },
	{ "c3", "ret" },
	{ "cc", "int3" },
	{ "f3 c3", "rep ret" },
	{ "0f 0b", "ud2" },
	{ "0f b9 40 02", "ud1 0x2(%rax),%eax" },
	{ "f3 0f 1e fa", "endbr64" },
	{ "55", "push %rbp" },
	{ "41 57", "push %r15" },
	{ "68 00 00 00 80", "push $imm32" },
	{ "6a ff", "push $imm8" },
	{ "89 e5", "mov %esp,%ebp" },
	{ "48 89 e5", "mov %rsp,%rbp" },
	{ "b8 01 00 00 00", "mov $imm32,%eax" },
	{ "66 b8 01 00", "mov $imm16,%ax" },
	{ "48 b8 01 02 03 04 05 06 07 08", "movabs" },
	{ "48 a1 01 02 03 04 05 06 07 08", "movabs address" },
	{ "67 a1 01 02 03 04", "mov of a short address" },
	{ "48 c7 c0 00 00 00 80", "mov $imm32,%rax" },
	{ "66 c7 03 01 00", "movw $imm16,(%rbx)" },
	{ "c6 45 f8 01", "movb $1,-8(%rbp)" },
	{ "8b 04 25 00 00 00 00", "mov absolute,%eax" },
	{ "65 48 8b 04 25 28 00 00 00", "mov %gs:0x28,%rax" },
	{ "48 8b 05 00 00 00 00", "mov (%rip),%rax" },
	{ "8b 44 24 08", "mov 8(%rsp),%eax" },
	{ "8b 84 24 08 01 00 00", "mov 0x108(%rsp),%eax" },
	{ "8b 04 c5 00 00 00 80", "mov table(,%rax,8),%eax" },
	{ "41 83 c4 01", "add $1,%r12d" },
	{ "81 c4 00 01 00 00", "add $0x100,%esp" },
	{ "66 81 c3 00 01", "add $0x100,%bx" },
	{ "05 00 01 00 00", "add $0x100,%eax" },
	{ "6b c0 18", "imul $24,%eax" },
	{ "69 c0 e8 03 00 00", "imul $1000,%eax" },
	{ "f6 c1 01", "test $1,%cl" },
	{ "f7 c1 01 00 00 00", "test $1,%ecx" },
	{ "66 f7 c1 01 00", "test $1,%cx" },
	{ "f7 d8", "neg %eax" },
	{ "f6 d8", "neg %al" },
	{ "eb 10", "jmp short" },
	{ "74 f0", "je short" },
	{ "e8 00 00 00 00", "call" },
	{ "e9 00 00 00 00", "jmp" },
	{ "2e e9 00 00 00 00", "jmp with a prefix" },
	{ "0f 84 00 00 00 00", "je" },
	{ "ff d0", "call *%rax" },
	{ "ff 14 25 00 00 00 00", "call *absolute" },
	{ "0f 1f 44 00 00", "nopl" },
	{ "66 2e 0f 1f 84 00 00 00 00 00", "nopw" },
	{ "f0 0f b1 13", "lock cmpxchg" },
	{ "f0 48 0f c7 0f", "lock cmpxchg16b" },
	{ "0f ba e0 05", "bt $5,%eax" },
	{ "0f a4 c2 05", "shld $5" },
	{ "0f a5 c2", "shld %cl" },
	{ "0f 01 d0", "xgetbv" },
	{ "0f ae e8", "lfence" },
	{ "0f 30", "wrmsr" },
	{ "0f c7 f8", "rdseed" },
	{ "c8 10 00 00", "enter" },
	{ "cd 80", "int" },
	{ "f3 48 ab", "rep stos" },
	{ "0f 70 c0 4e", "pshufw" },
	{ "66 0f 3a 0f c1 08", "palignr" },
	{ "66 0f 38 00 c1", "pshufb" },
	{ "c5 f8 77", "vzeroupper" },
	{ "c5 f9 6f 00", "vmovdqa" },
	{ "c5 f9 70 c0 4e", "vpshufd" },
	{ "c4 e2 79 00 c1", "vpshufb" },
	{ "c4 e3 75 0f c1 08", "vpalignr" },
	{ "c4 e3 fb f0 c8 05", "rorx" },
	{ "62 f1 7c 48 28 00", "vmovaps %zmm" },
	{ "62 f3 75 48 03 c1 01", "valignd" },
	{ "62 f2 7d 48 00 40 01", "vpshufb with a displacement" },
};

static gsize parse(const char *text, guint8 *bytes)
{
	gsize n = 0;

	for (; *text != '\0'; text += text[2] == ' ' ? 3 : 2)
		bytes[n++] = (guint8)(g_ascii_xdigit_value(text[0]) << 4 |
				      g_ascii_xdigit_value(text[1]));
	return n;
}

static void test_lengths(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
		guint8 bytes[32];
		gsize size = parse(forms[i].bytes, bytes);
		gsize length;

		/* what follows must not matter */
		memset(bytes + size, 0xff, sizeof(bytes) - size);
		length = kp_insn_length(bytes, sizeof(bytes));
		if (length != size)
			g_error("%s: %zu bytes, not %zu", forms[i].what, length, size);
		for (gsize cut = 0; cut < size; cut++)
			g_assert_cmpuint(kp_insn_length(bytes, cut), ==, 0);
	}
}

static void test_none(void)
{
	static const char *const none[] = { "06", "0f 04", "62 f0 7c 48 28 00", "d6", "9a",
					    "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90" };

	for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
		guint8 bytes[32] = { 0 };

		parse(none[i], bytes);
		g_assert_cmpuint(kp_insn_length(bytes, sizeof(bytes)), ==, 0);
	}
}

static void branch(const char *text, gsize length, gint64 wanted)
{
	guint8 bytes[32];
	gsize size = parse(text, bytes);
	gint64 to = 0;

	g_assert_cmpuint(kp_insn_branch(bytes, size, &to), ==, length);
	g_assert_cmpint(to, ==, wanted);
	if (length > 0)
		g_assert_cmpuint(kp_insn_branch(bytes, size - 1, &to), ==, 0);
}

static void test_branches(void)
{
	branch("e8 00 01 00 00", 5, 0x105);
	branch("e9 fb ff ff ff", 5, 0);
	branch("0f 8f 00 00 00 80", 6, -0x7ffffffaLL);
	branch("eb fe", 2, 0);
	branch("7f 7f", 2, 0x81);
	branch("ff d0", 0, 0);
	branch("0f 05", 0, 0);
	branch("ea 00 00 00 00", 0, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/insn/lengths", test_lengths);
	g_test_add_func("/insn/none", test_none);
	g_test_add_func("/insn/branches", test_branches);
	return g_test_run();
}
