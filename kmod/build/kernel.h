/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel image as an oracle: the names that it has in its kallsyms tables, and the
 * bytes at its addresses. Neither a symbol table nor debug information is needed: the
 * vmlinuz that runs is enough. Nothing in the file is trusted. */
#ifndef KP_BUILD_KERNEL_H
#define KP_BUILD_KERNEL_H

#include <glib.h>

typedef struct KpKernel KpKernel;

/* A name as /proc/kallsyms has it. The addresses are those that the image was linked to,
 * without KASLR. Per-CPU variables of kernels before 6.15 have small ones: offsets. */
typedef struct {
	const char *name;
	guint64 address;
	guint64 size;		/* bytes to the next address that has a name, or to the segment's end */
	char type;		/* as nm(1): 't' a local function, 'T' a global one ... */
} KpKernelSymbol;

/* Opens a vmlinuz (bzImage) or vmlinux of x86-64, either of them also compressed once more.
 * KP_ERROR_USAGE says what is wrong with the file, and what to name instead. */
KpKernel *kp_kernel_open(const char *path, GError **error);

/* The same for what is in memory. What is unpacked must not be longer than @limit bytes. */
KpKernel *kp_kernel_new(GBytes *file, gsize limit, GError **error);

void kp_kernel_free(KpKernel *kernel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpKernel, kp_kernel_free)

/* All symbols called @name, by address: the n-th has sympos n. A view that ends with NULL
 * and lives as long as @kernel; empty, not NULL, if there are none. @n may be NULL. */
const KpKernelSymbol *const *kp_kernel_named(const KpKernel *kernel, const char *name, guint *n);

/* The symbol that covers @address: the first of those that begin at the same place.
 * NULL if there is none. */
const KpKernelSymbol *kp_kernel_at(const KpKernel *kernel, guint64 address);

/* All symbols, by address; @n says how many. */
const KpKernelSymbol *kp_kernel_symbols(const KpKernel *kernel, guint *n);

/* @size bytes at @address, or NULL if not all of them are in the file (.bss is not). */
const guint8 *kp_kernel_bytes(const KpKernel *kernel, guint64 address, gsize size);

/* linux_banner: "Linux version RELEASE (WHO) (COMPILER, LINKER) #N ...", as /proc/version,
 * without the newline. NULL if the image has none. */
const char *kp_kernel_banner(const KpKernel *kernel);

#endif
