/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The project's error domain. Its codes are what a caller can act on, and
 * each maps to one exit code of the command. */
#ifndef KP_ERROR_H
#define KP_ERROR_H

#include <glib.h>

typedef enum {
	KP_ERROR_FAILED,	/* tried, and it did not work */
	KP_ERROR_USAGE,		/* the command line is wrong */
	KP_ERROR_CONFIG,	/* the configuration is wrong */
	KP_ERROR_BUSY,		/* nothing changed; later it may work */
	KP_ERROR_REFUSED,	/* a rule forbids it; nothing changed */
} KpErrorCode;

/* Exit codes of all commands (kpatch-manager(8), EXIT STATUS). */
enum {
	KP_EXIT_DONE = 0,
	KP_EXIT_FAILED = 1,
	KP_EXIT_USAGE = 2,
	KP_EXIT_BUSY = 3,
	KP_EXIT_REFUSED = 4,
	KP_EXIT_CHECK_NOT_LIVE = 10,	/* these six: status --check */
	KP_EXIT_CHECK_NEWER = 11,
	KP_EXIT_CHECK_UNCOVERED = 12,
	KP_EXIT_CHECK_UNSETTLED = 13,
	KP_EXIT_CHECK_FAILED = 14,
	KP_EXIT_CHECK_FOREIGN = 15,
	KP_EXIT_CHECK_UNKNOWN = 16,	/* check */
	KP_EXIT_WOULD_CHANGE = 20,
};

#define KP_ERROR (kp_error_quark())
GQuark kp_error_quark(void);

/* The exit code for @error; errors of other domains count as failed. */
int kp_error_exit_code(const GError *error);

/* One word for @error, as history and JSON have it: "failed", "busy" ... */
const char *kp_error_word(const GError *error);

#endif
