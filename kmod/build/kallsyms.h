/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_BUILD_KALLSYMS_H
#define KP_BUILD_KALLSYMS_H

#include "kernel.h"

/* A part of the image as it lies in memory. */
typedef struct {
	guint64 address;
	guint64 memory;			/* bytes in memory: .bss is not in the file */
	const guint8 *data;
	gsize size;			/* bytes in the file */
} KpSegment;

/* Looks for the tables of kallsyms in @segments (KpSegment), appends to @symbols
 * (KpKernelSymbol, without sizes), by address, and keeps the names in @names.
 * FALSE if there are none; then both are as they were. */
gboolean kp_kallsyms_read(const GArray *segments, GArray *symbols, GStringChunk *names);

#endif
