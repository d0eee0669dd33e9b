/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arch.h - what kpatch.ko must know of the processor
 *
 *   KPATCH_ENTRY_MAX		bytes between a function's start and ftrace's
 *				call in it
 *   KPATCH_PADDING_MAX		bytes in front of a function that calls of it
 *				may go to
 *   KPATCH_CALL_SIZE		bytes of ftrace's call
 *   kpatch_arch_is_call()	is that a call?
 *   kpatch_arch_branch()	target of the direct call or jump at an address
 *   kpatch_arch_short_jump()	of a jump to somewhere near, which
 *   KPATCH_SHORT_JUMP_MAX	says
 *   kpatch_arch_next()		address of the next instruction
 *   KPATCH_ARCH_UNEXPORTED	functions of the kernel that this needs
 *   kpatch_arch_may_end()	can a function end right before an address, 5 bytes
 *				of it at least?
 *   kpatch_arch_reloc()	value of a dynamic relocation
 *
 * No other file knows an instruction or a relocation type.
 */
#ifndef _KPATCH_ARCH_H
#define _KPATCH_ARCH_H

#include <linux/string.h>
#include <linux/types.h>

#ifdef CONFIG_X86
#include "x86.h"
#else
#error "kpatch.ko does not know this processor: see kmod/core/arch"
#endif

bool kpatch_arch_may_end(const u8 *end);
unsigned long kpatch_arch_next(unsigned long at, unsigned long end);
int kpatch_arch_reloc(unsigned long type, unsigned long dest, u64 src,
		      u64 *value);

#endif /* _KPATCH_ARCH_H */
