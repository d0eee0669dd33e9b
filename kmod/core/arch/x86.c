// SPDX-License-Identifier: GPL-2.0-or-later
/* x86.c - ends of functions and relocations on x86-64 */
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "../unexported.h"
#include "arch.h"

/**
 * kpatch_arch_next - the instruction after the one at @at
 * @at:		where an instruction starts
 * @end:	nothing from there on is read
 *
 * 0: there is no instruction at @at that the kernel knows.
 */
unsigned long kpatch_arch_next(unsigned long at, unsigned long end)
{
	struct insn insn;

	kpatch_kernel(insn_init)(&insn, (void *)at,
				 min_t(unsigned long, end - at, MAX_INSN_SIZE), 1);
	kpatch_kernel(insn_get_length)(&insn);
	return insn.length ? at + insn.length : 0;
}

/* Behind a return, a jump, a call that never returns, UD2, INT3 or NOP. */
bool kpatch_arch_may_end(const u8 *end)
{
	return end[-1] == 0xc3 || end[-1] == 0xcc || end[-1] == 0x90 ||
	       end[-2] == 0xeb || (end[-2] == 0x0f && end[-1] == 0x0b) ||
	       (end[-2] == 0xff && (end[-1] & 0xf8) == 0xe0) ||
	       end[-5] == 0xe8 || end[-5] == 0xe9;
}

/**
 * kpatch_arch_reloc - the value that a relocation writes
 * @type:	R_X86_64_*: "Relocation Types" of the System V ABI for x86-64
 * @dest:	where it writes
 * @src:	address of the symbol, with the addend
 * @value:	set; its low bytes are to be written
 *
 * Returns how many bytes to write, 0 for none; -ERANGE if the value does not
 * fit, -ENOEXEC if the type is not known.
 */
int kpatch_arch_reloc(unsigned long type, unsigned long dest, u64 src,
		      u64 *value)
{
	*value = src;
	switch (type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_64:
		return 8;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		*value = src - dest;
		fallthrough;
	case R_X86_64_32S:
		return (s64)*value == (s32)*value ? 4 : -ERANGE;
	default:
		return -ENOEXEC;
	}
}
