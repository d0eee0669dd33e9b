/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What whoever tries a patch tells everybody else: that it is on trial, until when, and
 * which process decides. */
#ifndef KP_TRIAL_NOTE_H
#define KP_TRIAL_NOTE_H

#include <glib.h>

#define KP_TRIAL_NOTE "/run/kpatch-manager.trial"

typedef struct {
	int pid;		/* of the process that runs the trial */
	guint64 started;	/* its start, as /proc/PID/stat has it */
	gint64 until;		/* seconds since the epoch */
	char *name;
	char *version;
} KpTrialNote;

/* The trial that is under way, or NULL. A note of a process that has ended counts for
 * nothing, also when its number was given to another one. */
KpTrialNote *kp_trial_note_read(const char *root);
void kp_trial_note_free(KpTrialNote *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpTrialNote, kp_trial_note_free)

/* Writes that this process tries @name (@version) until @until. That it cannot be
 * written is no reason to end a trial. */
void kp_trial_note_write(const char *root, const char *name, const char *version, gint64 until);
void kp_trial_note_remove(const char *root);

/* "kpatch_x (1-2) is on trial until 10:42 (process 314); ...", with the way to end it.
 * Caller frees. */
char *kp_trial_note_text(const KpTrialNote *note);

#endif
