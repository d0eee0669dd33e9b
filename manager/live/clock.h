/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine that boots with a wrong clock (no battery, a restored image) finds certificates
 * that are not valid yet, or not any more. What was refused for the date alone is tried
 * again when somebody sets the clock: kpatch-clock.timer waits for that. */
#ifndef KP_CLOCK_H
#define KP_CLOCK_H

#include <glib.h>

#define KP_CLOCK_FLAG "/run/kpatch-clock"

/* Says to the timer whether there is something to wait for. */
void kp_clock_note(const char *root, gboolean refused);

#endif
