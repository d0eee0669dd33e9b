/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot guard of the core module: a machine that dies while kpatch.ko is
 * loaded does not die of the patch that is to be loaded next. */
#ifndef KP_LIVE_CORE_GUARD_H
#define KP_LIVE_CORE_GUARD_H

#include "base/state.h"
#include "live/host.h"

/* What the core module is called in holds, and on the command line. */
#define KP_CORE_NAME "kpatch.ko"

/* Durably notes that the core module with this digest is about to be loaded.
 * Refuses (KP_ERROR_REFUSED) if a machine has died of it, in an earlier boot
 * of this kernel: twice if it had been loaded well before. Problems with the
 * database are no reason against loading it. */
gboolean kp_core_guard_begin(KpState *state, const KpHost *host, const KpIdentity *core,
			     GError **error);

/* FALSE, with the same error, if the core module with this digest is blocked. */
gboolean kp_core_guard_allows(KpState *state, const KpHost *host, const char *sha256,
			      GError **error);

/* It is loaded, or was refused by the kernel: the machine lives. */
void kp_core_guard_end(KpState *state, const KpHost *host, const KpIdentity *core,
		       gboolean loaded);

/* Did the boot @boot_id of this kernel die while the core module was loaded? */
gboolean kp_core_guard_died(KpState *state, const KpHost *host, const char *boot_id);

#endif
