/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

struct member { int a; short b; };
struct record {
	int id;
#ifdef PATCHED
	int flags;
#endif
	struct member member;
	unsigned int bit : 1;
};
int reads(struct record *record) { return outside(record->id) + record->member.b + record->bit; }
