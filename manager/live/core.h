/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getting our own core module, kpatch.ko, into the kernel. */
#ifndef KP_CORE_H
#define KP_CORE_H

#include "base/state.h"
#include "live/host.h"
#include "live/vouch.h"

/* Loads kpatch.ko for the running kernel: what modprobe would find, with the
 * options that modprobe would give it, else /usr/lib/kpatch/<uname -r>/kpatch.ko;
 * and only if @voucher lets it in. Loaded already is
 * fine. The boot guard of @state, which may be NULL, stands before it. */
gboolean kp_core_load(const KpHost *host, KpVoucher *voucher, KpState *state, GError **error);

/* Why kpatch.ko for the running kernel would not be loaded where it is needed next, at
 * the latest at the next boot: it is missing, nobody vouches for it, the kernel does not
 * know its signer, or it is blocked. NULL when nothing speaks against it. @state may be
 * NULL. Caller frees. */
char *kp_core_problem(const KpHost *host, KpVoucher *voucher, KpState *state);

/* Where kpatch.ko for the kernel @kver lies, or NULL. Caller frees. */
char *kp_core_path(const char *root, const char *kver);

#endif
