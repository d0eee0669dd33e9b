/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who started us. */
#ifndef KP_ABOVE_H
#define KP_ABOVE_H

#include <glib.h>

/* TRUE when the lock below @root is held by a process that this one descends from,
 * as in a health check, or a scriptlet of a transaction that it runs: waiting for
 * it would last as long as it waits for us. */
gboolean kp_above_holds_lock(const char *root);

#endif
