/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_HEADER_RANGE_H
#define KP_HEADER_RANGE_H

#include <glib.h>

/* Where lead, signature and header of the RPM that @fd begins with end, in bytes, by
 * their own account; 0: this is no RPM. Nothing else in them is looked at. */
guint64 kp_header_range(int fd);

#endif
