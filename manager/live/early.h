/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot guard of an initramfs, where there is no disk yet to write on: what
 * is about to be loaded is noted in a variable of the EFI firmware. It is taken
 * away by kpatch.service, which has the disk and guards from then on. One that
 * is still there in the next initramfs means that the machine died in between:
 * then that one loads nothing, and leaves it to kpatch.service. */
#ifndef KP_EARLY_H
#define KP_EARLY_H

#include "live/host.h"
#include "live/live.h"
#include "live/select.h"
#include "live/vouch.h"

#define KP_EARLY_VARIABLE "/sys/firmware/efi/efivars/KpatchEarly-6f3a1f2e-0c5b-4d0c-9a55-2b7d8c1e4f60"
/* There when this boot's initramfs wrote the variable. */
#define KP_EARLY_FLAG "/run/kpatch-early"

/* The newest of @patches that is not held or blocked and has proven to be good
 * at a boot, borrowed, or NULL: what never went well is not tried where nobody
 * can stop it. @state may be NULL: then nothing is known to be good. */
const KpPatch *kp_early_choose(const GPtrArray *patches, const GPtrArray *holds, KpState *state,
			       const char *kver);

/* Notes that the patch with @sha256 is about to be loaded. FALSE, and it must
 * not be loaded: REFUSED when that is noted already, FAILED when it cannot be
 * noted; rd.kpatch=1 on the kernel command line allows it without a note. */
gboolean kp_early_begin(const char *root, const char *sha256, GError **error);

/* Takes away the note that this boot made, if it made one. */
gboolean kp_early_end(const char *root, GError **error);

/* The digest that another boot died with in its initramfs, or NULL. Caller
 * frees. */
char *kp_early_died(const char *root);

/* Why @top, which is live, is revoked by now, or NULL: an initramfs knows revocations
 * only as they were when it was made. Its file tells, the one that this boot's initramfs
 * noted if it did; else what the history says of it. Caller frees. */
char *kp_early_revoked(const char *root, const KpLivePatch *top, const GPtrArray *patches,
		       const KpRecord *load, KpVoucher *voucher);

/* TRUE when it was this boot's initramfs that made @top live, as far as what it noted
 * tells: the file may be gone from @patches. Until kp_early_end(). */
gboolean kp_early_loaded(const char *root, const KpLivePatch *top, const GPtrArray *patches);

/* Takes away the note of another boot. */
gboolean kp_early_forget(const char *root, GError **error);

#endif
