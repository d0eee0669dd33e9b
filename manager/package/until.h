/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a package says that its stream of patches is promised. */
#ifndef KP_UNTIL_H
#define KP_UNTIL_H

#include <rpm/header.h>

/* The version of what it provides as KP_UNTIL_PROVIDE, or NULL. Caller frees. */
char *kp_until_tag(Header header);

#endif
