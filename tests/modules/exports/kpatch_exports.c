// SPDX-License-Identifier: GPL-2.0-or-later
/* Exports what a patch relocates against without being linked with it. */
#include <linux/module.h>

extern int kpatch_exports_plain, kpatch_exports_gpl, name_show;

int kpatch_exports_plain = 1;
EXPORT_SYMBOL(kpatch_exports_plain);

int kpatch_exports_gpl = 2;
EXPORT_SYMBOL_GPL(kpatch_exports_gpl);

/* vmlinux has several static functions of this name, and exports none. */
int name_show = 3;
EXPORT_SYMBOL_GPL(name_show);

MODULE_DESCRIPTION("Exports variables to a patch of the tests");
MODULE_LICENSE("GPL");
