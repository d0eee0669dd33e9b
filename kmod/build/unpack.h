/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_BUILD_UNPACK_H
#define KP_BUILD_UNPACK_H

#include <glib.h>

/* The ELF file in @file, a vmlinuz or vmlinux, from which at most a few layers of packing
 * are taken off. Each of them may grow to @limit bytes. The caller owns what is returned;
 * it shares @file's bytes if nothing was packed. KP_ERROR_USAGE. */
GBytes *kp_unpack_kernel(GBytes *file, gsize limit, GError **error);

#endif
