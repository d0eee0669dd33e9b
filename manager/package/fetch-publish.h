/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new set of metadata, made out of sight and published at once. */
#ifndef KP_FETCH_PUBLISH_H
#define KP_FETCH_PUBLISH_H

#include <glib.h>
#include <signal.h>

#include "package/stamp.h"

typedef struct {
	char *folder;	/* of the repository */
	char *path;	/* of the new set, nobody else's */
	int fd;		/* locked as long as we live; until it is published only root may open it */
	const volatile sig_atomic_t *stop;	/* or NULL */
} KpFetchSet;

/* Makes a new set in @folder, and removes those of processes that are gone. */
KpFetchSet *kp_fetch_set_new(const char *folder, const volatile sig_atomic_t *stop,
			     GError **error);

/* Puts it on disk with @stamp, and in the place of what is there. */
gboolean kp_fetch_set_publish(KpFetchSet *set, const KpStamp *stamp, GError **error);

/* A set that was not published goes away. */
void kp_fetch_set_free(KpFetchSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpFetchSet, kp_fetch_set_free)

#endif
