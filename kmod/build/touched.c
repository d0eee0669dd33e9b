/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "touched.h"

#define MAKE "it says how the kernel is built, and the running one is built: leave this part of the diff out; " \
	     "code of a new file goes into a file that is there"
#define EARLY "it runs before the kernel, and is gone: leave this part of the diff out, or update the kernel"
#define VDSO "programs run this code, not the kernel (vDSO): it cannot be replaced while they run; update the kernel"
#define ASSEMBLER "it is assembler, whose functions cannot be replaced: change the C functions that call it, " \
		  "or update the kernel"
#define LINKER "it lays out the kernel's memory, which is laid out: leave this part of the diff out"
#define CONSTANTS "constants for assembler are made of it: update the kernel"
#define RUST "Rust is not supported: update the kernel"
#define TEXT "it is documentation"
#define USERS "it is for programs, not in the kernel"
#define OTHERS "it is of another architecture than x86"

/* The first row that fits counts. '*' stands for any text, '/' included. */
static const struct {
	const char *pattern;
	KpTouched touched;
	const char *reason;
} rules[] = {
	{ "Documentation/*", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "LICENSES/*", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "MAINTAINERS", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "CREDITS", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "COPYING", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "*README*", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "*/TODO", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "*.rst", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "*.txt", KP_TOUCHED_LEFT_OUT, TEXT },
	{ "debian/*", KP_TOUCHED_LEFT_OUT, "it is the distribution's packaging" },
	{ "tools/*", KP_TOUCHED_LEFT_OUT, USERS },
	{ "samples/*", KP_TOUCHED_LEFT_OUT, USERS },
	{ ".*", KP_TOUCHED_LEFT_OUT, USERS },
	{ "*/.*", KP_TOUCHED_LEFT_OUT, USERS },
	{ "*.dts", KP_TOUCHED_LEFT_OUT, OTHERS },
	{ "*.dtsi", KP_TOUCHED_LEFT_OUT, OTHERS },
	{ "arch/x86/um/*", KP_TOUCHED_LEFT_OUT, OTHERS },
	{ "Makefile*", KP_TOUCHED_REFUSED, MAKE },
	{ "*/Makefile*", KP_TOUCHED_REFUSED, MAKE },
	{ "Kbuild*", KP_TOUCHED_REFUSED, MAKE },
	{ "*/Kbuild*", KP_TOUCHED_REFUSED, MAKE },
	{ "Kconfig*", KP_TOUCHED_REFUSED, MAKE },
	{ "*/Kconfig*", KP_TOUCHED_REFUSED, MAKE },
	{ "scripts/*", KP_TOUCHED_REFUSED, MAKE },
	{ "usr/*", KP_TOUCHED_REFUSED, EARLY },
	{ "arch/x86/boot/*", KP_TOUCHED_REFUSED, EARLY },
	{ "arch/x86/realmode/*", KP_TOUCHED_REFUSED, EARLY },
	{ "arch/x86/purgatory/*", KP_TOUCHED_REFUSED, EARLY },
	{ "drivers/firmware/efi/libstub/*", KP_TOUCHED_REFUSED, EARLY },
	{ "arch/x86/entry/vdso/*", KP_TOUCHED_REFUSED, VDSO },
	{ "lib/vdso/*", KP_TOUCHED_REFUSED, VDSO },
	{ "arch/x86/*", KP_TOUCHED_OTHER, NULL },	/* and go on with its kind */
	{ "arch/*", KP_TOUCHED_LEFT_OUT, OTHERS },
	{ "rust/*", KP_TOUCHED_REFUSED, RUST },
};

static const struct {
	const char *pattern;
	KpTouched touched;
	const char *reason;
} kinds[] = {
	{ "*.S", KP_TOUCHED_REFUSED, ASSEMBLER },
	{ "*.s", KP_TOUCHED_REFUSED, ASSEMBLER },
	{ "*.lds", KP_TOUCHED_REFUSED, LINKER },
	{ "*.lds.h", KP_TOUCHED_REFUSED, LINKER },
	{ "*.rs", KP_TOUCHED_REFUSED, RUST },
	{ "*/asm-offsets*.c", KP_TOUCHED_REFUSED, CONSTANTS },
	{ "kernel/bounds.c", KP_TOUCHED_REFUSED, CONSTANTS },
	{ "include/vdso/*", KP_TOUCHED_HEADER, "programs have code of it as well (vDSO), which stays as it is" },
	{ "arch/x86/include/asm/vdso/*", KP_TOUCHED_HEADER,
	  "programs have code of it as well (vDSO), which stays as it is" },
	{ "*.c", KP_TOUCHED_CODE, NULL },
	{ "*.h", KP_TOUCHED_HEADER, NULL },
};

KpTouched kp_touched(const char *name, const char **reason)
{
	*reason = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		if (!g_pattern_match_simple(rules[i].pattern, name))
			continue;
		if (rules[i].touched == KP_TOUCHED_OTHER)
			break;
		*reason = rules[i].reason;
		return rules[i].touched;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_pattern_match_simple(kinds[i].pattern, name)) {
			*reason = kinds[i].reason;
			return kinds[i].touched;
		}
	return KP_TOUCHED_OTHER;
}
