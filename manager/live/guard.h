/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot guard: a patch that the machine died of is not tried for ever.
 *
 * Before a patch is loaded, that is written down durably; when it has been live
 * for a while, or the machine goes down in order, the mark is taken away by
 * kpatch-boot-good.service. A mark that another boot left means that this boot
 * died. Never proven good: the patch is blocked at once. Proven good before: at
 * the second death in a row, so that one power cut unpatches no machine. */
#ifndef KP_GUARD_H
#define KP_GUARD_H

#include "base/state.h"
#include "live/host.h"
#include "live/select.h"

/* There while a mark of this boot is; it holds the action that made it. */
#define KP_GUARD_FLAG "/run/kpatch-attempt"

typedef enum {
	KP_GUARD_FINE,		/* no mark, or one of this boot */
	KP_GUARD_FORGIVEN,	/* it died once, and may be tried again */
	KP_GUARD_BLOCK,
} KpGuardVerdict;

/* What the mark @attempt (may be NULL) means in the boot @boot_id; @good: the
 * patch was proven good before. Pure. */
KpGuardVerdict kp_guard_verdict(const KpAttempt *attempt, gboolean good, const char *boot_id);

/* The patch to load at boot, borrowed from @patches, or NULL: the newest that is not held
 * or blocked, of those that may be taken unasked while @live is, according to @records
 * (stream.h), and of all when nothing is live; but while a newer one than that is blocked,
 * the one with the digest @good, which was proven good last (may be NULL), if it is
 * there. Pure. */
const KpPatch *kp_guard_choose(const GPtrArray *patches, const GPtrArray *holds,
			       const char *good, const GPtrArray *live,
			       const GPtrArray *records);

/* Looks for the mark of a boot that died, and blocks what it names; at @boot,
 * one that is forgiven becomes a mark of this boot. What was found, or what
 * cannot be read or written, is added to @warnings (char *). *@died is the mark
 * if there was one of a boot that died, for the caller to free, or NULL. */
KpGuardVerdict kp_guard_judge(KpState *state, const KpHost *host, gboolean boot,
			      KpAttempt **died, GPtrArray *warnings);

/* Marks @patch, before it is loaded for @action. A mark of this boot for the
 * same patch stays as it is. */
gboolean kp_guard_begin(KpState *state, const KpHost *host, const KpPatch *patch,
			const char *action, GError **error);

/* Takes the mark away. */
gboolean kp_guard_end(KpState *state, const KpHost *host, GError **error);

/* Lets kpatch-boot-good.service take the mark away in time. FALSE when there is
 * no such service. */
gboolean kp_guard_hand_over(const KpHost *host);

/* TRUE when the mark of this boot was made by "boot". */
gboolean kp_guard_is_boot(const KpHost *host);

#endif
