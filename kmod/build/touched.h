/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_BUILD_TOUCHED_H
#define KP_BUILD_TOUCHED_H

#include <glib.h>

typedef enum {
	KP_TOUCHED_CODE,	/* .c: an object of its own, or included */
	KP_TOUCHED_HEADER,	/* included by others */
	KP_TOUCHED_OTHER,	/* a header if somebody includes it, else refused */
	KP_TOUCHED_LEFT_OUT,	/* does not matter to a running kernel */
	KP_TOUCHED_REFUSED,	/* cannot be changed in a running kernel */
} KpTouched;

/* What a change of @name, below the top of a kernel tree, means. @reason, if it is left out
 * or refused: why, and what to do instead. With a header it is NULL, or a warning. */
KpTouched kp_touched(const char *name, const char **reason);

#endif
