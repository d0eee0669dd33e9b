/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of what a program prints: a file that is cut off looks like an answer. */
#ifndef KP_OUTPUT_H
#define KP_OUTPUT_H

#include <glib.h>

/* Writes out what is left of standard output, and closes it: nothing may be printed any
 * more. FALSE with KP_ERROR_FAILED when not all that was ever printed is written. */
gboolean kp_output_end(GError **error);

/* The exit code of a program that would have ended with @code, and whose output is not
 * all written: an error stays one, every other answer has not been given. */
int kp_output_exit_code(int code);

#endif
