/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Line numbers that are kept. A change of a file moves all lines below it, and so changes
 * every function there that has its line's number in it (WARN_ON, BUG_ON, might_sleep). */
#ifndef KP_BUILD_LINES_H
#define KP_BUILD_LINES_H

#include <glib.h>

/* Old lines [old, old + old_count) became new lines [new, new + new_count), from 1. With a
 * count of 0 the place is before that line. */
typedef struct {
	guint old, old_count;
	guint new, new_count;
} KpChange;

/* @patched, with #line directives so that each line that is not in @changes (KpChange,
 * ascending) has the number that it had, wherever a directive may stand: not in a continued
 * line, a comment, or between parentheses, which may be those of a macro's arguments.
 * Where it may not, the number is wrong until it may. Lines that are new have numbers that
 * others have too. A file with #line directives of its own is returned as it is. */
char *kp_lines_keep(const char *patched, gsize size, const GArray *changes, gsize *new_size);

#endif
