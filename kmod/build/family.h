/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of a function and of what the compiler made of it. */
#ifndef KP_BUILD_FAMILY_H
#define KP_BUILD_FAMILY_H

#include "inlined.h"
#include "wish.h"

typedef struct {
	char *base;		/* X, also where X.isra.0 is replaced */
	GPtrArray *own;		/* KpSymbol: what is replaced; empty if there is none */
	GPtrArray *others;	/* KpSymbol: what else has code of X */
	GPtrArray *definitions;	/* KpDefinition: of X, if debug information knows it */
} KpFamily;

KpFamily *kp_family_find(const KpImage *image, const KpInlined *inlined, const KpWish *wish);
void kp_family_free(KpFamily *family);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpFamily, kp_family_free)

/* Is the code at @place X's, or that of a clone of it? */
gboolean kp_family_has(const KpFamily *family, KpPlace place);

/* A set of places. */
GHashTable *kp_places_new(void);
void kp_places_add(GHashTable *places, KpPlace place);
gboolean kp_places_have(GHashTable *places, KpPlace place);

#endif
