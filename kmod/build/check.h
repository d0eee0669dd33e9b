/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a finished module back: is it what was meant, site by site? */
#ifndef KP_BUILD_CHECK_H
#define KP_BUILD_CHECK_H

#include "emit.h"

/* @emitted: KpEmitted of each object; @patched: its patched KpObject, in the same order.
 * KP_ERROR_FAILED names the first place that is not as it should be. */
gboolean kp_check(const char *path, const GPtrArray *emitted, const GPtrArray *patched,
		  GError **error);

#endif
