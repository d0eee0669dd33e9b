/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trying again with growing pauses, within a limit, until told to stop. */
#ifndef KP_WAIT_H
#define KP_WAIT_H

#include <glib.h>
#include <signal.h>

/* Told now and then while something takes long. */
typedef void (*KpProgressFunc)(const char *what, gint64 waited_ms, gpointer data);

/* What a caller allows a stage that may have to wait. */
typedef struct {
	const volatile sig_atomic_t *stop;	/* nonzero: give up; may be NULL */
	KpProgressFunc progress;		/* may be NULL */
	gpointer data;
} KpWatch;

typedef struct {
	const char *what;	/* for progress: "waiting for ..." */
	gint64 limit_ms;
	gint64 first_ms;	/* first pause; each next one is twice as long */
	gint64 longest_ms;	/* no pause is longer */
} KpPace;

typedef enum {
	KP_TRY_DONE,
	KP_TRY_AGAIN,		/* not now; from kp_wait(): the limit is over */
	KP_TRY_FAILED,		/* @error is set */
} KpTry;

typedef KpTry (*KpTryFunc)(gpointer data, GError **error);

/* TRUE when @watch, which may be NULL, says stop. */
gboolean kp_watch_stops(const KpWatch *watch);

/* Calls @try until it is done, fails, the limit is over or the watch says
 * stop. It is called at least once, and once more when the limit is reached.
 * Returns what the last call answered. */
KpTry kp_wait(const KpPace *pace, const KpWatch *watch, KpTryFunc try,
	      gpointer data, GError **error);

/* Waits for @ms. FALSE when the watch said stop before that. */
gboolean kp_pause(const char *what, gint64 ms, const KpWatch *watch);

#endif
