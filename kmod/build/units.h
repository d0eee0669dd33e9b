/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_BUILD_UNITS_H
#define KP_BUILD_UNITS_H

#include "series.h"

/* What a series did to one file of the tree. */
typedef struct {
	char *name;
	char *where;		/* DIFF:LINE, the last that changed it */
	gboolean created;
	gboolean deleted;
} KpChanged;

/* Fills units of @series, and adds to its notes, for @changed (KpChanged*).
 * KP_ERROR_REFUSED: what a change leads to is not known. */
gboolean kp_units_find(KpSeries *series, const GPtrArray *changed, const KpSeriesRequest *request,
		       GError **error);

void kp_unit_free(KpUnit *unit);

#endif
