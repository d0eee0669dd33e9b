/* SPDX-License-Identifier: GPL-2.0-or-later */
/* librpm would print; what it says is collected instead. */
#ifndef KP_RPMLOG_H
#define KP_RPMLOG_H

#include <glib.h>

/* From now on until kp_rpmlog_end() lines of warnings and errors go to @lines,
 * char *, fit for a terminal. */
void kp_rpmlog_begin(GPtrArray *lines);
void kp_rpmlog_end(void);

/* The lines, joined with "; "; @otherwise when there is none. Caller frees. */
char *kp_rpmlog_text(const GPtrArray *lines, const char *otherwise);

#endif
