/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uname -r, from the path that a package owns: never by cutting its name. */
#ifndef KP_HEADER_NAMES_H
#define KP_HEADER_NAMES_H

#include <glib.h>
#include <rpm/header.h>

/* The kernel that the package is, or that its patch is for; NULL if it owns no
 * such folder. Caller frees. */
char *kp_header_kernel(Header header);
char *kp_header_patched_kernel(Header header);

#endif
