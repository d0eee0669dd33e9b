/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one program for its exit status, and not for longer than allowed. */
#ifndef KP_CHECK_H
#define KP_CHECK_H

#include <glib.h>

#include "base/wait.h"
#include "live/program.h"

typedef enum {
	KP_CHECK_GOOD,		/* exit status 0 */
	KP_CHECK_BAD,		/* *@why says how it failed, and what it said */
	KP_CHECK_STOPPED,	/* the watch said stop before it ended */
} KpCheckResult;

/* Runs @program with @environment ("NAME=value") in a process group of its own, with
 * standard input from /dev/null and no descriptor of ours but that of the program itself,
 * which a script is read from. It is done when the program itself ends:
 * what it leaves running is killed with its group and not waited for. After
 * @limit_ms it is killed, and has failed. Caller frees *@why. */
KpCheckResult kp_check_run(const KpProgram *program, char **environment, gint64 limit_ms,
			   const KpWatch *watch, char **why);

#endif
