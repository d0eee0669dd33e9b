/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways into clones that the compiler seldom takes.
 *  bar		a jump of two bytes, for it is near
 *  into	into the middle of a cold part
 *  far		from another section
 *  jcc		a conditional jump of six bytes
 *  quiet	has the bytes of such a jump inside of another instruction
 *  ends	its last call, of work(), is a zero that the linker fills in
 * and, in no function, the rest of a weak one, which never runs. What only clones
 * call is not told: foo.isra.0. Padding is no function. */
	.macro function name
	.globl	\name
	.type	\name, @function
\name:
	.endm
	.macro end name
	.size	\name, . - \name
	.endm

	.text
	function ends
	call	work
	end	ends

	.type	foo.part.0, @function
foo.part.0:
	movl	$1, %eax
	call	foo.isra.0
	ret
	end	foo.part.0

	.type	__pfx_foo, @function
__pfx_foo:
	.rept	16
	nop
	.endr
	end	__pfx_foo

	function foo
	testl	%edi, %edi
	jne	foo.part.0
	js	foo.cold
	ret
	end	foo

	function bar
	testl	%esi, %esi
	je	foo.part.0
	xorl	%eax, %eax
	ret
	end	bar

	function quiet
1:	.byte	0xb8, 0xeb, foo.part.0 - 1b - 3, 0, 0	/* movl $..., %eax */
	ret
	end	quiet

1:	.byte	0xe9
	.long	foo.part.0 - 1b - 5

	.type	foo.isra.0, @function
foo.isra.0:
	ret
	end	foo.isra.0

	function jcc
1:	.byte	0x0f, 0x84
	.long	foo.part.0 - 1b - 6
	ret
	end	jcc

	function into
	jmp	middle
	end	into

	.section .text.unlikely, "ax"
	.type	foo.cold, @function
foo.cold:
	xorl	%eax, %eax
middle:
	incl	%eax
	ret
	end	foo.cold

	.section .noinstr.text, "ax"
	function far
	call	foo.part.0
	jmp	foo.cold
	end	far
