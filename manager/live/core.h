/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getting our own core module, kpatch.ko, into the kernel. */
#ifndef KP_CORE_H
#define KP_CORE_H

#include "live/host.h"

/* Loads kpatch.ko for the running kernel: what modprobe would find, else
 * /usr/lib/kpatch/<uname -r>/kpatch.ko. Loaded already is fine. */
gboolean kp_core_load(const KpHost *host, GError **error);

#endif
