/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the names of a kernel image as its System.map has them:
 *
 *   kernel-names IMAGE            address, type, name
 *   kernel-names --banner IMAGE   linux_banner
 */
#include <stdio.h>
#include <string.h>

#include "kmod/build/kernel.h"

int main(int argc, char **argv)
{
	gboolean banner = argc == 3 && strcmp(argv[1], "--banner") == 0;
	g_autoptr(GError) error = NULL;
	g_autoptr(KpKernel) kernel = NULL;
	const KpKernelSymbol *symbols;
	guint n;

	if (argc != 2 + banner) {
		fprintf(stderr, "kernel-names: name one kernel image\n");
		return 2;
	}
	kernel = kp_kernel_open(argv[1 + banner], &error);
	if (kernel == NULL) {
		fprintf(stderr, "kernel-names: %s\n", error->message);
		return 1;
	}
	if (banner) {
		puts(kp_kernel_banner(kernel) != NULL ? kp_kernel_banner(kernel) : "");
		return 0;
	}
	symbols = kp_kernel_symbols(kernel, &n);
	for (guint i = 0; i < n; i++)
		printf("%016" G_GINT64_MODIFIER "x %c %s\n", symbols[i].address, symbols[i].type,
		       symbols[i].name);
	return 0;
}
