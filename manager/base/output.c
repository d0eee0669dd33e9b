/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/output.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"

/* NFS and quotas may say only when a file is closed that there was no room. Who was given
 * no standard output, and had nothing to say, misses nothing. */
static gboolean is_closed_well(void)
{
	return close(STDOUT_FILENO) == 0 || errno == EBADF;
}

gboolean kp_output_end(GError **error)
{
	/* set by a write that failed before, whose errno is gone */
	gboolean ok = !ferror(stdout);

	errno = 0;
	ok = fflush(stdout) == 0 && is_closed_well() && ok;
	if (!ok)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "not all of the output could be written%s%s; make room, or send it "
			    "elsewhere, and say this again", errno != 0 ? ": " : "",
			    errno != 0 ? g_strerror(errno) : "");
	return ok;
}

int kp_output_exit_code(int code)
{
	return code >= KP_EXIT_FAILED && code <= KP_EXIT_REFUSED ? code : KP_EXIT_FAILED;
}
