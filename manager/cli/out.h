/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one way out: names, reasons and outputs are what strangers wrote, and a terminal
 * obeys what it is shown. Nothing else in this folder prints (tests/parts/lint). */
#ifndef KP_OUT_H
#define KP_OUT_H

#include <glib.h>

/* From now on nobody dies of a reader that has gone (COMMAND | head): what cannot be written
 * is an error at the end (base/output.h). For who changes something, and must not stop
 * halfway. */
void kp_out_outlive_reader(void);

/* To standard output, as kp_text_lines() has it. */
void kp_out(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The same to standard error, behind what went to standard output. */
void kp_err(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* To standard output, as it is: what was made harmless before, cell by cell
 * (cli/table.h) or text by text (cli/json.h). */
void kp_out_clean(const char *text);

/* A line on the terminal of standard error that the next one takes the place of. */
void kp_err_line(const char *format, ...) G_GNUC_PRINTF(1, 2);
void kp_err_line_end(void);

#endif
