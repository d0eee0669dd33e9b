/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/descriptors.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* close_range(2): declared by C libraries that are younger than the oldest of ours, and
 * with CLOEXEC known to kernels since 5.11 */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#define RANGE_CLOEXEC (1U << 2)

static void mark(gpointer fd)
{
	fcntl(GPOINTER_TO_INT(fd), F_SETFD, FD_CLOEXEC);
}

static void end(gpointer fd)
{
	close(GPOINTER_TO_INT(fd));
}

/* What the list names may be gone: that of the folder itself. */
static void each_from(int from, void (*function)(gpointer fd))
{
	GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		int fd = (int)g_ascii_strtoll(name, NULL, 10);

		if (fd >= from)
			g_ptr_array_add(found, GINT_TO_POINTER(fd));
	}
	if (dir != NULL)
		g_dir_close(dir);
	for (guint i = 0; i < found->len; i++)
		function(g_ptr_array_index(found, i));
}

void kp_descriptors_close_on_exec(int from)
{
	if (syscall(SYS_close_range, from, ~0U, RANGE_CLOEXEC) != 0)
		each_from(from, mark);
}

void kp_descriptors_close(int from)
{
	if (syscall(SYS_close_range, from, ~0U, 0) != 0)
		each_from(from, end);
}
