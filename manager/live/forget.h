/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of patches for kernels that are no more. */
#ifndef KP_FORGET_H
#define KP_FORGET_H

#include "live/host.h"

/* The kernels that the store has copies for, and that are neither installed nor
 * running nor have a patch package: char *. None while the running kernel's own
 * modules are not seen: then nothing can be said of the others. Caller unrefs. */
GPtrArray *kp_forget_list(const KpHost *host);

/* Removes the copies for @kver, and their folder if it is empty then. What is no
 * copy of a patch stays. The lock must be held. */
gboolean kp_forget(const KpHost *host, const char *kver, GError **error);

#endif
