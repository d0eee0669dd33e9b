/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel said when it died, where the machine remembers that: pstore, and what
 * systemd-pstore.service has moved from there. */
#ifndef KP_PANIC_H
#define KP_PANIC_H

#include <glib.h>

/* TRUE when @text, the end of a kernel's log, has a panic or an oops whose innermost
 * function is in the module @name. That the module was loaded, or is further up in the
 * trace, says nothing. Pure. */
gboolean kp_panic_blames(const char *text, const char *name);

/* The same of what is remembered below @root, and not older than @since (seconds since the
 * epoch). */
gboolean kp_panic_is_of(const char *root, const char *name, gint64 since);

#endif
