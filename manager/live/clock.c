/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/clock.h"

#include <unistd.h>

#include "base/root.h"

void kp_clock_note(const char *root, gboolean refused)
{
	g_autofree char *flag = kp_root_path(root, KP_CLOCK_FLAG);

	/* without it the next boot, or the next package, is what tries again */
	if (refused)
		g_file_set_contents(flag, "", 0, NULL);
	else
		unlink(flag);
}
