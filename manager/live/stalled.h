/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tasks that keep a livepatch transition from its end. */
#ifndef KP_STALLED_H
#define KP_STALLED_H

#include <glib.h>

/* Tasks below @root whose /proc/PID/task/TID/patch_state is @state (0: still
 * the old functions, 1: still the new ones), at most @most of them, as
 * "comm (pid N) in f+0x1/0x2 < g+0x3/0x4": char *, with as much of the kernel
 * stack as may be read. *@count is how many there are in all. Caller unrefs. */
GPtrArray *kp_stalled_tasks(const char *root, int state, guint most, guint *count);

/* The same as one line for people: "3 tasks have not switched: a (pid 1) ...".
 * Caller frees. */
char *kp_stalled_text(const char *root, int state);

/* The frames of /proc/PID/stack (proc(5)) in one line, innermost first, at
 * most a handful: "f+0x1/0x2 < g+0x3/0x4"; NULL when there is none. Pure.
 * Caller frees. */
char *kp_stalled_frames(const char *stack);

#endif
