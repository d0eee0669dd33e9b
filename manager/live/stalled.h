/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tasks that keep a livepatch transition from its end. */
#ifndef KP_STALLED_H
#define KP_STALLED_H

#include <glib.h>

/* Tasks below @root whose /proc/PID/task/TID/patch_state is @state (0: still
 * the old functions, 1: still the new ones), at most @most of them, as
 * "comm (pid N)": char *. *@count is how many there are in all. Caller unrefs. */
GPtrArray *kp_stalled_tasks(const char *root, int state, guint most, guint *count);

/* The same as one line for people: "3 tasks: a (pid 1), ...". Caller frees. */
char *kp_stalled_text(const char *root, int state);

#endif
