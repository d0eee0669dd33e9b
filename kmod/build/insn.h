/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where x86-64 instructions begin and end (Intel SDM, volume 2, appendix A). */
#ifndef KP_BUILD_INSN_H
#define KP_BUILD_INSN_H

#include <glib.h>

/* The length of the instruction at @code, of which @size bytes may be read;
 * 0 if it is none that is known, or is cut. */
gsize kp_insn_length(const guint8 *code, gsize size);

/* If @code, of @size bytes, begins with a direct call or jump: where it leads,
 * counted from @code, and the length of the instruction; else 0. */
gsize kp_insn_branch(const guint8 *code, gsize size, gint64 *to);

#endif
