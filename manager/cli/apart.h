/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work in a process of its own: what it loads is gone when it ends, and what goes
 * wrong there goes wrong there. */
#ifndef KP_APART_H
#define KP_APART_H

#include <glib.h>
#include <signal.h>
#include <stdio.h>

#include "cli/fence.h"

/* Prints its result to @told, lines of text. */
typedef void (*KpApartFunc)(gpointer user, FILE *told);

/* Runs @work in a child, waits for it and adds what it told to @lines (char *,
 * without the newline). A child that was killed, or could not tell all, is an error;
 * what it told until then is there. With @fence, which may be NULL, the child has no descriptor of ours and
 * touches only that; whatever it loads must be loaded before. When *@stop is set the child
 * gets a SIGTERM, and so it does when we die. To be called while there is one thread. */
gboolean kp_apart_run(KpApartFunc work, gpointer user, const KpFence *fence,
		      const volatile sig_atomic_t *stop, GPtrArray *lines, GError **error);

/* Appends descriptors to @fds; -1 is none. */
typedef gboolean (*KpApartFetch)(gpointer user, GPtrArray *fds, GError **error);

/* The same for work that ends with descriptors, or with an error: both come from the
 * child. */
gboolean kp_apart_fetch(KpApartFetch work, gpointer user, const KpFence *fence,
			const volatile sig_atomic_t *stop, GPtrArray *fds, GError **error);

#endif
