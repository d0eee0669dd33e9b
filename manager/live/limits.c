/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/limits.h"

#include <stdio.h>
#include <unistd.h>

#include "base/root.h"

#define MS 1000
#define CPUS_PER_SHARE 64
#define TASKS_PER_SHARE 8000
#define LONGEST_MS ((gint64)24 * 3600 * MS)

guint kp_size_tasks(const char *loadavg)
{
	guint running, tasks;

	return sscanf(loadavg, "%*s %*s %*s %u/%u", &running, &tasks) == 2 ? tasks : 0;
}

KpSize kp_size_read(const char *root)
{
	g_autofree char *path = kp_root_path(root, "/proc/loadavg");
	g_autofree char *text = kp_root_read(root, path, 128);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return (KpSize){ cpus > 0 ? (guint)cpus : 0, text != NULL ? kp_size_tasks(text) : 0 };
}

gint64 kp_limit_ms(gint64 seconds, KpSize size)
{
	gint64 base = seconds * MS;

	return MIN(base + base * size.cpus / CPUS_PER_SHARE + base * size.tasks / TASKS_PER_SHARE,
		   LONGEST_MS);
}
