/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a switch may take on a machine of this size. */
#ifndef KP_LIMITS_H
#define KP_LIMITS_H

#include <glib.h>

typedef struct {
	guint cpus;		/* online */
	guint tasks;		/* threads in the whole system */
} KpSize;

/* Reads the size of the machine below @root; what cannot be read is 0. */
KpSize kp_size_read(const char *root);

/* The number of threads in the text of /proc/loadavg (proc(5)), or 0. */
guint kp_size_tasks(const char *loadavg);

/* The limit in milliseconds that @seconds, a setting, means on a machine of
 * @size: once more as long for every 64 CPUs, and for every 8,000 tasks, in
 * proportion; never more than a day. 0 stays 0. Pure. */
gint64 kp_limit_ms(gint64 seconds, KpSize size);

#endif
