/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was changed, and what was refused, as structured entries in the
 * journal; conf/kpatch-manager.catalog explains each kind to people. */
#ifndef KP_JOURNAL_H
#define KP_JOURNAL_H

#include <glib.h>
#include <sys/uio.h>

#include "base/state.h"
#include "base/update.h"
#include "live/plan.h"

/* One kind of entry each; the table in journal.c has ids and priorities. */
typedef enum {
	KP_JOURNAL_LIVE,		/* a patch became live */
	KP_JOURNAL_TAKEN_OUT,		/* the kernel runs without it now */
	KP_JOURNAL_TIDIED,		/* a copy kept, a module removed; live as before */
	KP_JOURNAL_FAILED,
	KP_JOURNAL_BUSY,		/* nothing changed, later it may work */
	KP_JOURNAL_REFUSED,		/* a rule forbids it, nothing changed */
	KP_JOURNAL_HELD,
	KP_JOURNAL_RELEASED,
	KP_JOURNAL_TRIAL_PASSED,
	KP_JOURNAL_TRIAL_FAILED,
	KP_JOURNAL_BOOT_DIED,		/* the last boot died with this patch */
	KP_JOURNAL_INSTALLED,		/* kpatch install */
	KP_JOURNAL_UNINSTALLED,		/* kpatch uninstall */
	KP_JOURNAL_STATE_DAMAGED,	/* the state was damaged and is set aside */
	KP_JOURNAL_STATE_EXPOSED,	/* others could write the state */
	KP_JOURNAL_PACKAGE,		/* update changed one package */
	KP_JOURNAL_PACKAGES_FAILED,	/* update did not get so far */
	KP_JOURNAL_REPAIRED,		/* update, of what one that was killed had left */
	KP_JOURNAL_MESSAGES
} KpJournalMessage;

/* What an entry is about; what is NULL is left out. */
typedef struct {
	const char *kver;	/* KPATCH_KERNEL */
	const char *name;	/* KPATCH_NAME */
	const char *version;	/* KPATCH_VERSION */
	const char *sha256;	/* KPATCH_SHA256 */
	const char *action;	/* KPATCH_ACTION: "apply", "boot" ... */
	const char *result;	/* KPATCH_RESULT: "done", or kp_error_word() */
	const char *step;	/* KPATCH_STEP: "upgrade" ... */
	const char *replaces;	/* KPATCH_REPLACES: EVR */
	char **packages;	/* KPATCH_PACKAGE: NEVRA, a field each */
} KpJournalEntry;

typedef struct KpJournal KpJournal;

/* Where entries go: @fields are "KEY=value", not terminated. */
typedef void (*KpJournalSink)(const struct iovec *fields, int count, gpointer data);

/* @sink NULL: the journal of the system; where none listens, entries vanish.
 * Caller frees. Wherever a KpJournal is taken, NULL is one that is silent. */
KpJournal *kp_journal_new(KpJournalSink sink, gpointer data);
void kp_journal_free(KpJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpJournal, kp_journal_free)

/* Sends one entry; @format makes its text. */
void kp_journal_say(KpJournal *journal, KpJournalMessage message,
		    const KpJournalEntry *entry, const char *format, ...) G_GNUC_PRINTF(4, 5);

/* What became of @plan on @kver: what was changed, or @problem. */
void kp_journal_plan(KpJournal *journal, const char *action, const char *kver,
		     const KpPlan *plan, const GError *problem);

/* @patch was refused before there was a plan. */
void kp_journal_refusal(KpJournal *journal, const char *action, const KpPatch *patch,
			const GError *problem);

/* @hold was made, or with @action "release" taken away. */
void kp_journal_hold(KpJournal *journal, const char *action, const KpHold *hold);

/* What @step of update has done, for kernel @kver, which may be NULL. */
void kp_journal_package(KpJournal *journal, const KpUpdateStep *step, const char *kver);

/* Others could write @state, if that is so, until now. */
void kp_journal_exposed(KpJournal *journal, const KpState *state, const char *kver);

/* update has put in order what @damage says. */
void kp_journal_repaired(KpJournal *journal, const char *damage);

/* update failed with @problem before @steps (KpUpdateStep) were done. As with
 * kp_journal_error(), an error in the command line is no entry. */
void kp_journal_packages_failed(KpJournal *journal, const GPtrArray *steps,
				const GError *problem);

/* @action failed with @problem. Nothing is sent if an entry about a failure
 * has gone out already, nor for an error in the command line. */
void kp_journal_error(KpJournal *journal, const char *action, const GError *problem);

/* The MESSAGE_ID of @message. */
const char *kp_journal_id(KpJournalMessage message);

#endif
