/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work in a process of its own: what it loads is gone when it ends, and what goes
 * wrong there goes wrong there. */
#ifndef KP_APART_H
#define KP_APART_H

#include <glib.h>
#include <signal.h>
#include <stdio.h>

/* Prints its result to @told, lines of text. */
typedef void (*KpApartFunc)(gpointer user, FILE *told);

/* Runs @work in a child, waits for it and adds what it told to @lines (char *,
 * without the newline). A child that was killed is an error; what it told until
 * then is there. When *@stop is set the child gets a SIGTERM, and so it does when we
 * die. To be called while there is one thread. */
gboolean kp_apart_run(KpApartFunc work, gpointer user, const volatile sig_atomic_t *stop,
		      GPtrArray *lines, GError **error);

#endif
