/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files to fetch, and fetching them: the only way through librepo. */
#ifndef KP_FETCH_ITEM_H
#define KP_FETCH_ITEM_H

#include <librepo/librepo.h>

#include "base/fetch-api.h"

/* Who is told, and who may stop it. */
typedef struct {
	KpFetchProgress progress;	/* or NULL */
	gpointer user;
	const volatile sig_atomic_t *stop;	/* or NULL */
} KpFetchWatch;

typedef struct {
	const KpRepo *repo;	/* for messages */
	LrHandle *handle;	/* not owned */
	char *what;		/* for messages and progress */
	char *location;		/* below the mirrors of @handle, as metadata spell it */
	gboolean is_url;	/* @location is a URL, spelt as one */
	char *base;		/* takes the place of the mirrors; or NULL */
	char *dest;		/* path of the file */
	LrChecksumType type;
	char *checksum;		/* or NULL */
	guint64 size;		/* bytes; 0: not known */
	guint64 limit;		/* bytes at which it is given up; 0: none */
	guint64 end;		/* number of the last byte that is wanted; 0: all */
	gboolean resume;	/* go on where @dest ends */
	/* set by kp_fetch_run() */
	char *problem;		/* why it is not there; NULL: it is */
	const KpFetchWatch *watch;
	gboolean too_much;
} KpFetchItem;

KpFetchItem *kp_fetch_item_new(const KpRepo *repo, LrHandle *handle, const char *what,
			       const char *location, char *dest);
void kp_fetch_item_free(KpFetchItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpFetchItem, kp_fetch_item_free)

/* Fetches all @items, several at a time and each from the first mirror that has it
 * right. FALSE with KP_ERROR_BUSY when it was stopped, else with what was wrong with
 * the first that failed; with @each, those that failed only say so themselves. */
gboolean kp_fetch_run(GPtrArray *items, gboolean each, const KpFetchWatch *watch, GError **error);

/* Sets @error: what of which repository, why, and what to do next. */
void kp_fetch_failed(const KpRepo *repo, const char *what, const char *why, GError **error);

/* After a try that failed with @problem, which is taken: TRUE when another may help. Of
 * several errors the first tells most, and @first keeps it, unless we were stopped. */
gboolean kp_fetch_go_on(GError **first, GError *problem);

/* TRUE, with @error set, when somebody wants us to stop. */
gboolean kp_fetch_stopped(const KpFetchWatch *watch, GError **error);

#endif
