/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that is known when it is decided what is missed. */
#ifndef KP_BUILD_SCENE_H
#define KP_BUILD_SCENE_H

#include "family.h"
#include "inlined.h"
#include "reach.h"

/* One object. */
typedef struct {
	const KpImage *image;
	KpInlined *inlined;
	GHashTable *replaced;	/* places whose code is never entered again */
	GHashTable *related;	/* places of clones of those, which are judged by themselves */
	GArray *branches;	/* KpBranch to those clones */
} KpScene;

/* One function that is replaced: where it was found. */
typedef struct {
	const KpWish *wish;
	KpScene *scene;		/* NULL: its object's file was not named */
	KpFamily *family;
} KpTarget;

/* Code that runs only while the kernel boots, and cannot be replaced. */
gboolean kp_scene_is_over(const KpScene *scene, KpPlace place);

/* The name of the function at @place: of several, the one that the source has. */
const char *kp_scene_name(const KpScene *scene, KpPlace place, const char *source);

/* Adds an item, unless it is there; what is known of it goes to the one returned. */
KpReachItem *kp_reach_add(KpReachFunction *function, KpReachKind kind, KpReachState state,
			  const char *object, const char *name);
void kp_reach_add_text(GPtrArray *texts, const char *text);

/* Adds the functions of all @scenes that @target is inlined into. */
void kp_copies_find(const GPtrArray *scenes, const KpTarget *target, KpReachFunction *function);

#endif
