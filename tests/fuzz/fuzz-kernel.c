/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel image, packed or not: whatever the bytes, it is refused with a reason, or its
 * names and bytes can be asked for. */
#include <string.h>

#include "base/error.h"
#include "fuzz.h"
#include "kmod/build/kernel.h"

#define LIMIT (4 * 1024 * 1024)

static void check_bytes(const KpKernel *kernel, const KpKernelSymbol *symbol)
{
	const guint8 *bytes = kp_kernel_bytes(kernel, symbol->address, symbol->size);
	volatile guint8 sum = 0;

	for (guint64 i = 0; bytes != NULL && i < MIN(symbol->size, 64); i++)
		sum = (guint8)(sum + bytes[symbol->size - 1 - i]);
}

static void check_symbol(const KpKernel *kernel, const KpKernelSymbol *symbol)
{
	const KpKernelSymbol *const *named;
	guint n, found = 0;

	named = kp_kernel_named(kernel, symbol->name, &n);
	for (guint i = 0; i < n; i++)
		found += named[i] == symbol;
	g_assert_cmpuint(found, ==, 1);
	g_assert_cmpuint(strlen(symbol->name), >, 0);
	if (symbol->size > 0)
		g_assert_cmphex(kp_kernel_at(kernel, symbol->address)->address, ==, symbol->address);
	check_bytes(kernel, symbol);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GBytes) file = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(KpKernel) kernel = kp_kernel_new(file, LIMIT, &error);
	const KpKernelSymbol *symbols;
	guint n;

	g_assert_true((kernel == NULL) == (error != NULL));
	if (kernel == NULL)
		return 0;
	symbols = kp_kernel_symbols(kernel, &n);
	for (guint i = 0; i < n; i++) {
		g_assert_true(i == 0 || symbols[i].address >= symbols[i - 1].address);
		check_symbol(kernel, &symbols[i]);
	}
	g_assert_true(kp_kernel_banner(kernel) == NULL ||
		      g_utf8_validate(kp_kernel_banner(kernel), -1, NULL));
	return 0;
}
