/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86.h - what arch.h promises, for x86-64 */
#ifndef _KPATCH_ARCH_X86_H
#define _KPATCH_ARCH_X86_H

#include <asm/insn.h>

#if !defined(CONFIG_X86_64)
#error "kpatch.ko is for x86-64"
#endif
#if !defined(CONFIG_HAVE_STATIC_CALL)
#error "kpatch.ko needs a kernel with CONFIG_HAVE_STATIC_CALL: what is not exported may \
not be called through a pointer"
#endif

/* ftrace's call may stand behind an ENDBR64. */
#define KPATCH_ENTRY_MAX	4

/*
 * With CONFIG_CALL_THUNKS calls may have been redirected to the padding in
 * front of the function (arch/x86/kernel/callthunks.c).
 */
#define KPATCH_PADDING_MAX	16

#define KPATCH_CALL_SIZE	5

#define KPATCH_SHORT_JUMP_MAX	129	/* from its start, either way */

/* "call rel32", as ftrace leaves it at the entry of a traced function. */
static inline bool kpatch_arch_is_call(const u8 *code)
{
	return code[0] == 0xe8;
}

/*
 * Does a direct call or jump with a 32-bit displacement start at @code?
 * Conditional jumps have two bytes before it. At least 6 bytes are readable.
 */
static inline bool kpatch_arch_branch(const u8 *code, unsigned long *target)
{
	unsigned int at = 1;
	s32 rel;

	if (code[0] == 0x0f && (code[1] & 0xf0) == 0x80)
		at = 2;
	else if (code[0] != 0xe8 && code[0] != 0xe9)
		return false;
	memcpy(&rel, code + at, sizeof(rel));
	*target = (unsigned long)code + at + sizeof(rel) + rel;
	return true;
}

/*
 * Does a jump with an 8-bit displacement start at @code, if an instruction
 * does? At least 2 bytes are readable.
 */
static inline bool kpatch_arch_short_jump(const u8 *code, unsigned long *target)
{
	if (code[0] != 0xeb && (code[0] & 0xf0) != 0x70)
		return false;
	*target = (unsigned long)code + 2 + (s8)code[1];
	return true;
}

/* The kernel's own decoder, arch/x86/lib/insn.c. */
#define KPATCH_ARCH_UNEXPORTED(X)					\
	X(insn_get_length)						\
	X(insn_init)

#endif /* _KPATCH_ARCH_X86_H */
