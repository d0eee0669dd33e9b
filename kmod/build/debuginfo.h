/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The debug information of an image, in its own file or installed beside it. */
#ifndef KP_BUILD_DEBUGINFO_H
#define KP_BUILD_DEBUGINFO_H

#include <elfutils/libdwfl.h>

#include "image.h"

typedef struct {
	Dwfl *dwfl;
	Dwfl_Module *module;
	Dwarf *dwarf;
	Dwarf_Addr bias;	/* of the addresses in @dwarf */
} KpDebug;

/* NULL if there is none. */
KpDebug *kp_debug_open(const KpImage *image);
void kp_debug_free(KpDebug *debug);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpDebug, kp_debug_free)

/* The compile unit behind @last, which NULL is the first one's. NULL at the end. */
Dwarf_CU *kp_debug_next(const KpDebug *debug, Dwarf_CU *last, Dwarf_Die *die);

/* What the address @pc of the debug information is in @image. */
KpPlace kp_debug_place(const KpDebug *debug, const KpImage *image, Dwarf_Addr pc);

#endif
