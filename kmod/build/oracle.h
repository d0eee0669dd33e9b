/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions that prove.c asks of a kernel image, which is linked and has no relocations,
 * and of a module, which has them. */
#ifndef KP_BUILD_ORACLE_H
#define KP_BUILD_ORACLE_H

#include "prove.h"

/* What an operand leads to, less the offset that ours has: the symbol itself, if both
 * are the same. */
typedef struct {
	guint64 address;	/* of the image; of a module: place of a section's part */
	const char *name;	/* of a module: of a symbol that is defined elsewhere */
	gboolean known;		/* address is one */
} KpSpot;

/* The places of all functions called @name, in the order of sympos. */
GArray *kp_oracle_named(const KpOracle *oracle, const char *name);
/* NULL if not all are in the file. */
const guint8 *kp_oracle_bytes(const KpOracle *oracle, guint64 address, gsize size);
/* Reads the operand that is @at bytes into the function at @address, where ours is
 * @reloc and leads to @target. FALSE: it cannot be told. */
gboolean kp_oracle_operand(const KpOracle *oracle, guint64 address, guint64 at,
			   const KpReloc *reloc, const KpTarget *target, KpSpot *spot);
/* NULL, or in which way @spot is not what @target is. Caller frees. */
char *kp_oracle_disagrees(const KpOracle *oracle, const KpObject *object, const KpTarget *target,
			  const KpSpot *spot);
/* @symbol is at @spot. */
void kp_oracle_note(const KpOracle *oracle, KpProof *proof, const KpObjectSymbol *symbol,
		    const KpSpot *spot);

#endif
