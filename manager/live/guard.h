/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot guard: a patch that the machine died of is not tried for ever.
 *
 * Before a patch is loaded, that is written down durably (mark.h); when it has been live for
 * a while, or the machine goes down in order, the mark is taken away (watcher.h). A mark that
 * another boot left open means that this boot died. What it died of is seldom known:
 *
 * The kernel's last words name the patch's own code: it is blocked for good.
 * Proven good before: at the second death in a row, so that one power cut unpatches no
 * machine.
 * Never proven good: it is blocked for one boot, unless there is nothing else to load; the
 * next tries it again if nothing died meanwhile. A second death before it is proven blocks
 * it for good. */
#ifndef KP_GUARD_H
#define KP_GUARD_H

#include "base/state.h"
#include "live/host.h"
#include "live/select.h"

typedef enum {
	KP_GUARD_FINE,		/* no mark, or one of this boot, or one that was closed */
	KP_GUARD_FORGIVEN,	/* it died once, and may be tried again at once */
	KP_GUARD_LATER,		/* it died once, and is blocked for now */
	KP_GUARD_BLOCK,
} KpGuardVerdict;

typedef struct {
	gboolean happened;	/* another boot left its mark open */
	gboolean good;		/* the patch was proven good before */
	gboolean blamed;	/* the kernel's last words name its code */
	gint64 count;		/* of deaths, this one too */
} KpDeath;

/* Pure. */
KpGuardVerdict kp_guard_verdict(const KpDeath *death);

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

/* Those of @holds, borrowed, but the blocks that were made for one boot, and not for this
 * one; with @any not those that are for this one either. Caller unrefs. */
GPtrArray *kp_guard_lasting(KpState *state, const KpHost *host, const GPtrArray *holds,
			    gboolean any);

/* Marks @patch, before it is loaded for @action. A mark of this boot for the
 * same patch stays, and its time begins anew. */
gboolean kp_guard_begin(KpState *state, const KpHost *host, const KpPatch *patch,
			const char *action, GError **error);

/* Takes the mark away. What it said cannot be taken for a death after that, also when the
 * database cannot be written, which is the error. */
gboolean kp_guard_end(KpState *state, const KpHost *host, GError **error);

/* The same, and what it said is proven good. If that cannot be noted the mark stays. */
gboolean kp_guard_prove(KpState *state, const KpHost *host, const KpAttempt *attempt,
			GError **error);

#endif
