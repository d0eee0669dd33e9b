/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"

#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

void kp_fault(const char *point)
{
	static gboolean struck;
	const char *wanted = secure_getenv("KPATCH_MANAGER_FAULT");
	gsize length = strlen(point);

	if (struck || wanted == NULL || strncmp(wanted, point, length) != 0)
		return;
	if (wanted[length] == '\0') {
		struck = TRUE;
		raise(SIGKILL);
	} else if (g_str_equal(wanted + length, ":stop")) {
		struck = TRUE;
		raise(SIGSTOP);
	}
}
