/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a patch module, as kmod/patch/kpatch-patch.h leaves them. */
#ifndef KP_BUILD_RECORDS_H
#define KP_BUILD_RECORDS_H

#include "symbols.h"

/* OBJECT:FUNCTION,POSITION for each record in .kpatch.funcs; never NULL. Empty
 * if they cannot be read. */
char **kp_records_read(const KpImage *patch);

#endif
