/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors that somebody left open, or that were ours: none of a child's business. */
#ifndef KP_DESCRIPTORS_H
#define KP_DESCRIPTORS_H

/* All from @from on are closed when another program is started. */
void kp_descriptors_close_on_exec(int from);

/* All from @from on are closed now: for a child that goes on in this program. */
void kp_descriptors_close(int from);

#endif
