/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes on running the old code of functions that a patch replaces. */
#ifndef KP_BUILD_REACH_H
#define KP_BUILD_REACH_H

#include "image.h"
#include "wish.h"

typedef enum {
	KP_REACH_NOTHING,	/* there is no function of that name to replace */
	KP_REACH_CLONE,		/* a clone that is called by others */
	KP_REACH_BASE,		/* the function itself, where a clone is replaced; or a twin */
	KP_REACH_COPY,		/* a function that it is inlined into */
} KpReachKind;

/* Of several of a name, the first of these counts. */
typedef enum {
	KP_REACH_MISSED,
	KP_REACH_KEPT,		/* its author says that it may stay */
	KP_REACH_REPLACED,
} KpReachState;

/* A function that still has the old code. */
typedef struct {
	KpReachKind kind;
	KpReachState state;
	char *object;
	char *name;		/* its symbol */
	GPtrArray *from;	/* who calls a clone; where a copy is called, FILE:LINE; the
				 * positions of twins */
	char *through;		/* the inlined function in which a copy is called, or NULL */
} KpReachItem;

/* A function that is replaced. */
typedef struct {
	const KpWish *wish;
	char *base;		/* X, also where X.isra.0 is replaced */
	char *defined;		/* FILE:LINE, or NULL */
	GPtrArray *items;	/* KpReachItem */
} KpReachFunction;

typedef struct {
	GPtrArray *functions;	/* KpReachFunction */
	GPtrArray *notes;	/* texts: what could not be seen, what is said in vain */
	guint missed;
} KpReach;

/* @images are KpImage, one an object. */
KpReach *kp_reach_find(const GPtrArray *images, const KpWishes *wishes);
void kp_reach_free(KpReach *reach);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpReach, kp_reach_free)

#endif
