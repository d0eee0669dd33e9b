/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two halves of kp_compare(): who is whose twin, and then what differs. */
#ifndef KP_BUILD_PAIRING_H
#define KP_BUILD_PAIRING_H

#include "compare.h"

/* Fills twins, of_original, of_patched and findings. */
void kp_pair_symbols(KpComparison *comparison);

/* NULL if the @size bytes are the same on both sides and their operands lead to
 * twins; else the first difference, in words. Caller frees. With @line, two bytes
 * there are not compared. */
char *kp_range_differs(const KpComparison *comparison, const KpObjectSection *original,
		       guint64 at, const KpObjectSection *patched, guint64 patched_at,
		       guint64 size, guint line);

/* The same bytes but for operands, and relocations at the same places. */
gboolean kp_same_shape(const KpComparison *comparison, const KpObjectSymbol *original,
		       const KpObjectSymbol *patched);

void kp_bind_twins(KpComparison *comparison, const KpObjectSymbol *original,
		   const KpObjectSymbol *patched);

#endif
