/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/above.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/root.h"

/* No chain of processes is longer; a loop in a tree that was captured would be. */
#define MOST_STEPS 256

/* proc(5), stat: the name in parentheses may have blanks and parentheses itself. */
static long parent_of(const char *root, long pid)
{
	g_autofree char *path = kp_root_pathf(root, "/proc/%ld/stat", pid);
	g_autofree char *text = kp_root_read(root, path, 4096);
	const char *end = text != NULL ? strrchr(text, ')') : NULL;

	return end != NULL && strlen(end) > 4 ? strtol(end + 4, NULL, 10) : 0;
}

gboolean kp_above_holds_lock(const char *root)
{
	g_autofree char *path = kp_root_path(root, KP_LOCK_FILE);
	g_autofree char *text = NULL;
	long holder, pid = getpid();

	if (!kp_lock_is_held(root))
		return FALSE;
	text = kp_root_read(root, path, 32);
	holder = text != NULL ? strtol(text, NULL, 10) : 0;
	for (int i = 0; holder > 1 && pid > 1 && i < MOST_STEPS; i++) {
		pid = parent_of(root, pid);
		if (pid == holder)
			return TRUE;
	}
	return FALSE;
}
