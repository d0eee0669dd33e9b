/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is registered when a kernel or module starts: exports, parameters, initcalls. */
#include "kernel.h"

int sees(int x)
{
#ifdef PATCHED
	x++;
#endif
	return outside(x);
}
#ifdef PATCHED
int parameter;
static int * const __used __attribute__((section("__param"))) __param_parameter = &parameter;
asm(".section .export_symbol,\"\"\n__export_symbol_sees: .asciz \"GPL\"\n .balign 8\n .quad sees\n"
    ".section .initcall6.init,\"a\"\n .long sees - .\n .previous");
#endif
