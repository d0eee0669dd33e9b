/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions contain a copy of others, as DWARF tells it. */
#ifndef KP_BUILD_INLINED_H
#define KP_BUILD_INLINED_H

#include "image.h"

/* Where a function is written: twins of one name differ in it. */
typedef struct {
	char *name;
	char *file;		/* as the compiler was told; "" if it is not known */
	guint line;
} KpDefinition;

typedef struct {
	const KpDefinition *definition;
	KpPlace into;		/* the function that has it; nowhere if that has no code */
	char *into_name;	/* in the source */
	char *through;		/* the function inlined there that it was called in, or NULL */
	char *file;		/* where it is called */
	guint line;
} KpCopy;

/* A function that has code of its own. */
typedef struct {
	const KpDefinition *definition;
	KpPlace at;
} KpBody;

typedef struct {
	gboolean dwarf;		/* there is debug information */
	GPtrArray *definitions;	/* KpDefinition */
	GPtrArray *copies;	/* KpCopy */
	GArray *bodies;		/* KpBody */
} KpInlined;

/* All about the functions that are called as one of @names, a set. Debug
 * information that cannot be read is as good as none. */
KpInlined *kp_inlined_read(const KpImage *image, GHashTable *names);
void kp_inlined_free(KpInlined *inlined);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpInlined, kp_inlined_free)

#endif
